"""The guide of the workbook: what may be edited, what each state means, and how the edited file is loaded back."""

from __future__ import annotations

from api.listing.pen import Pen
from api.listing.workbook_columns import CHOICES, GUIDE, LIST, MEASURES
from graph.text import Text

_RULES: tuple[Text, ...] = (
    Text(f"只改“{LIST}”和“{MEASURES}”的黄色列；其他列和工作表装回时不读。筛选、排序、隐藏行、改列宽都不影响。",
         f"Edit only the yellow columns of “{LIST}” and “{MEASURES}”; nothing else is read back. Filters, sorting and widths do no harm."),
    Text("不要改“键”和“版本”两列：键认出是哪一条，版本认出这一行是按哪一状态改的。",
         "Leave the columns Key and Version: the key says which finding a row is, the version which state it was edited from."),
    Text(f"指派：状态选“已指派 assigned”，“指派给”填“{CHOICES}”中的编号，如 Owner:o1 或 OrgUnit:P1；期限填日期。只填“指派给”也算指派；要撤回指派，状态改回“待处置 open”并清空“指派给”。",
         f"To assign: status “assigned”, an id of sheet “{CHOICES}” such as Owner:o1 or OrgUnit:P1, and a due date. An assignee alone assigns, too; to take it back set “open” and clear the assignee."),
    Text("接受：状态选“已接受 accepted”，必须写接受原因和期限；期限是接受的最后一天，过后自动重新打开。",
         "To accept: status “accepted” with a reason and a due date, the last day of acceptance; after it the finding is open again."),
    Text("举措：写举措名称、状态、期限。一条断点有几项举措时，在“举措”表中加行，键从清单复制；同名举措即更新。",
         "Measures: name, status, due date. For several of one finding add rows to the sheet of measures, with the key copied; the same name changes it."),
    Text("整改完成：状态选“已整改 fixed”。“已核实 verified”谁都不能填：下一次运行不再发现该条时自动核实；再次发现时自动重新打开。",
         "When it is mended: status “fixed”. Nobody sets “verified”: the next run that no longer finds it does; if it is found again the case reopens."),
    Text("装回：suyuan ingest 文件.xlsx。未改的行不动；该条在导出之后已被别人改过的，这一行被拒绝并写明现状；其余行照常写入。",
         "Load back with suyuan ingest FILE.xlsx. Rows you left alone stay; a row whose case somebody changed since the export is refused with what it is now; all others are written."),
    Text("先核对不写入：suyuan ingest 文件.xlsx --dry-run。被拒绝的行连同原因在 拒收 CSV 中。",
         "Check without writing: suyuan ingest FILE.xlsx --dry-run. Refused rows are in the rejects CSV with their reasons."),
    Text("类别：断点——应有的连接缺失或断开；盲点——有投诉或职责却无人管控、衡量或监测；风险——连接成立但只靠一根线。",
         "Classes: a breakpoint is a promised link missing or broken; a blind spot is where nothing controls, measures or watches; a risk holds by one thread."),
    Text("预计投诉：近 90 天的投诉按溯源概率有多少条经过此处。严重度 1–4，4 最重。",
         "Expected complaints: how many complaints of the last 90 days run through it by the traces' probabilities. Severity 1–4, 4 the gravest."),
)  # fmt: skip


def write_guide(pen: Pen) -> None:
    """The rules, one a row, Chinese beside English."""
    page = pen.sheet(GUIDE, [5, 64, 64], repeat=0)
    page.write([("#", "head"), ("说明", "head"), ("Guide", "head")])
    for number, rule in enumerate(_RULES, start=1):
        page.write([(number, "count"), (rule.zh, "plain"), (rule.en, "plain")])
