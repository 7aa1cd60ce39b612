"""Errors of the Neo4j driver as ours, with what to do about them, and which of them another attempt may mend."""

from __future__ import annotations

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    ConstraintError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from graph.errors import StoreDamaged, StoreError, StoreLocked, StoreMissing, StoreReadOnly
from graph.text import Text

_TRY_AGAIN = (ServiceUnavailable, SessionExpired, IncompleteCommit)
_TRY_AGAIN_CODES = frozenset(
    [
        "Neo.TransientError.Transaction.DeadlockDetected",
        "Neo.TransientError.Transaction.LockAcquisitionTimeout",
        "Neo.ClientError.Cluster.NotALeader",
        "Neo.TransientError.Cluster.NotALeader",
    ]
)
"""Beside lost connections and lost acknowledgements. Out of memory is not among them: the same statement would fail again, after seconds."""

_WRITE_REFUSED = ("ForbiddenOnReadOnlyDatabase", "NotALeader", "WriteOnReadOnlyAccessDatabase", "ReadOnly")


def worth_another_attempt(error: DriverError | Neo4jError) -> bool:
    """Whether the same transaction may succeed when run again; it must be one that may be run twice."""
    return isinstance(error, _TRY_AGAIN) or (isinstance(error, Neo4jError) and error.code in _TRY_AGAIN_CODES)


def translated(error: DriverError | Neo4jError, where: str, database: str) -> StoreError:
    """The error as one of ours.

    Args:
        error: what the driver raised.
        where: the address, without credentials.
        database: the database asked for.
    """
    code = (error.code or "") if isinstance(error, Neo4jError) else ""
    for found in (_of_rights(error, code, where), _of_state(error, code, where, database), _of_reach(error, where)):
        if found is not None:
            return found
    return StoreError(
        Text(f"Neo4j 读写失败：{where}（{error}）", f"reading or writing Neo4j failed: {where} ({error})"),
        Text("请运行 suyuan doctor 检查，或查看服务器日志", "Run `suyuan doctor`, or look into the server's log"),
    )


def _of_rights(error: DriverError | Neo4jError, code: str, where: str) -> StoreError | None:
    if code.endswith("CredentialsExpired"):
        return StoreError(
            Text(f"Neo4j 账号的密码已过期：{where}", f"the password of the Neo4j account has expired: {where}"),
            Text(
                "首次登录须先改密码：ALTER CURRENT USER SET PASSWORD，然后更新 SUYUAN_NEO4J_PASSWORD",
                "It must be changed first (ALTER CURRENT USER SET PASSWORD); then update SUYUAN_NEO4J_PASSWORD",
            ),
        )
    if code.endswith("AuthenticationRateLimit"):
        return StoreError(
            Text(f"密码错误次数过多，Neo4j 暂时拒绝登录：{where}", f"too many wrong passwords; Neo4j refuses to let anyone in for now: {where}"),
            Text("请改正 SUYUAN_NEO4J_PASSWORD，几秒后再试", "Correct SUYUAN_NEO4J_PASSWORD and try again in some seconds"),
        )  # fmt: skip
    if isinstance(error, AuthError) or code.endswith("Security.Unauthorized"):
        return StoreError(
            Text(f"Neo4j 账号或密码不对：{where}", f"wrong Neo4j account or password: {where}"),
            Text(
                "请检查 SUYUAN_NEO4J_USER 与 SUYUAN_NEO4J_PASSWORD（或 SUYUAN_NEO4J_PASSWORD_FILE）",
                "Check SUYUAN_NEO4J_USER and SUYUAN_NEO4J_PASSWORD (or SUYUAN_NEO4J_PASSWORD_FILE)",
            ),
        )
    if code.endswith(_WRITE_REFUSED) or code.endswith("Security.Forbidden"):
        return StoreReadOnly(
            Text(f"Neo4j 拒绝写入：{where}", f"Neo4j refuses to write: {where}"),
            Text(
                "该成员或数据库只读，或账号无写权限；集群请用 neo4j:// 地址，使写入到达主节点",
                "The member or database is read-only, or the account may not write; in a cluster use a neo4j:// address, which finds the leader",
            ),
        )
    return None


def _of_state(error: DriverError | Neo4jError, code: str, where: str, database: str) -> StoreError | None:
    if code.endswith(("DatabaseNotFound", "Database.DatabaseUnavailable")):
        return StoreMissing(
            Text(f"Neo4j 没有可用的数据库 {database}：{where}", f"Neo4j has no usable database {database}: {where}"),
            Text("请检查 SUYUAN_NEO4J_DATABASE", "Check SUYUAN_NEO4J_DATABASE"),
        )
    if "OutOfMemory" in code or "MemoryLimit" in code:
        return StoreError(
            Text(f"Neo4j 的事务内存不足：{where}", f"Neo4j's memory for transactions is full: {where}"),
            Text(
                "请调大 db.memory.transaction.max 或 dbms.memory.transaction.total.max；已提交的批次不会丢失",
                "Raise db.memory.transaction.max or dbms.memory.transaction.total.max; committed batches are kept",
            ),
        )
    if any(
        said in code
        for said in ("TransactionTimedOut", "LockAcquisitionTimeout", "LockClientStopped", "Transaction.Terminated")
    ):
        return StoreLocked(
            Text(f"等待 Neo4j 的事务超时：{where}", f"a transaction on Neo4j took too long: {where}"),
            Text(
                "可能有另一进程正在写入：请稍后重试，或调大 SUYUAN_NEO4J_TRANSACTION_TIMEOUT（秒）",
                "Another process may be writing: try again later, or raise SUYUAN_NEO4J_TRANSACTION_TIMEOUT (seconds)",
            ),
        )
    if isinstance(error, ConstraintError):
        return StoreDamaged(
            Text(f"Neo4j 中的数据与约束冲突：{where}（{error.message}）", f"what Neo4j holds conflicts with a constraint: {where} ({error.message})"),
            Text("请只通过 suyuan 写入该数据库；suyuan doctor 可检查", "Write to this database through suyuan only; `suyuan doctor` checks it"),
        )  # fmt: skip
    if isinstance(error, ClientError) and "Procedure" in code:
        return old_server(where, str(error.message))
    return None


def _of_reach(error: DriverError | Neo4jError, where: str) -> StoreError | None:
    if isinstance(error, ConfigurationError):
        return StoreError(
            Text(f"Neo4j 的连接设置不可用：{where}（{error}）", f"the settings of the Neo4j connection cannot be used: {where} ({error})"),
            Text("请检查地址的写法与证书", "Check how the address is written, and the certificates"),
        )  # fmt: skip
    if isinstance(error, ConnectionAcquisitionTimeoutError):
        return no_answer(where)
    if isinstance(error, ServiceUnavailable | SessionExpired):
        if "handshake" in str(error) or "version" in str(error).lower():
            return old_server(where, str(error))
        routed = "routing" in str(error).lower()
        return StoreError(
            Text(f"无法连接 Neo4j：{where}" + ("（得不到路由）" if routed else ""),
                 f"Neo4j cannot be reached: {where}" + (" (no route)" if routed else "")),
            Text(
                "请检查服务器是否运行、地址与端口、加密方式（neo4j:// 或 neo4j+s://）" + ("；单机也可改用 bolt://" if routed else ""),
                "Check that the server runs, the address and port, and the encryption (neo4j:// or neo4j+s://)"
                + ("; for a single server bolt:// works as well" if routed else ""),
            ),
        )  # fmt: skip
    return None


def no_answer(where: str) -> StoreError:
    """Nothing came back in time."""
    return StoreError(
        Text(f"Neo4j 没有回应：{where}", f"Neo4j does not answer: {where}"),
        Text(
            "服务器可能卡住或过载；请检查后重试，或调大 SUYUAN_NEO4J_TIMEOUT（秒）",
            "The server may hang or be overloaded: look after it and try again, or raise SUYUAN_NEO4J_TIMEOUT (seconds)",
        ),
    )


def old_server(where: str, said: str) -> StoreError:
    """The server is too old for us, or no Neo4j at all."""
    return StoreError(
        Text(f"不是可用的 Neo4j 服务器（需要 5.x）：{where}（{said}）", f"no Neo4j server that can be used (5.x is needed): {where} ({said})"),
        Text("请升级服务器到 Neo4j 5.26 LTS", "Upgrade the server to Neo4j 5.26 LTS"),
    )  # fmt: skip
