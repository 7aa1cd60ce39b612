// 03 控制点的指标链 · The indicator chain of a control point, KCI → KQI → KPI
//
// zh 某日，从控制点到客户满意度的每一条链路，带权重和依据。
// en Every link from a control point up to customer satisfaction on a day, with its weight and the word it rests on.
//
// $control_point  string  控制点编号 · id of the control point  e.g. 'CP37'
// $date           date    哪一天 · the day  e.g. '2026-06-01'
MATCH way = (p:ControlPoint {id: $control_point})-[:MEASURED_BY]->(:Indicator)-[:ROLLS_UP_TO*0..9]->(:Indicator)
WHERE all(i IN tail(nodes(way)) WHERE coalesce(i.valid_from, '') <= $date AND $date < coalesce(i.valid_to, '9999-12-31'))
UNWIND range(0, length(way) - 1) AS step
WITH relationships(way)[step] AS link, min(step) AS step
WITH link, step, startNode(link) AS lower, endNode(link) AS upper
RETURN labels(lower)[0] + ':' + lower.id AS from, type(link) AS link, 'Indicator:' + upper.id AS to, upper.level AS level,
       upper.name AS name, link.weight AS weight, link.basis AS basis
ORDER BY step, link, from, to;
