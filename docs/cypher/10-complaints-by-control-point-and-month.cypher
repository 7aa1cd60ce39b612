// 10 控制点 × 月份的投诉量 · Complaints by control point and month
//
// zh 每个控制点每月的投诉数：投诉的分类（自身没有指向的取最近的上级）指向哪些控制点，就在哪些控制点各计一次。月份按所给时区。
// en Complaints of each control point a month: a complaint counts once at every point its category points to, or the nearest category
// en above that does. Months are those of the time zone given.
//
// $since     moment  起（UTC）· from, in UTC  e.g. '2026-01-01T00:00:00.000000Z'
// $until     moment  止（UTC，不含）· before, in UTC  e.g. '2026-07-01T00:00:00.000000Z'
// $timezone  string  时区 · the time zone of months  e.g. 'Asia/Shanghai'
MATCH way = (k:Category)-[:CHILD_OF*0..9]->(a:Category)
WHERE EXISTS { (a)-[:POINTS_TO]->(:ControlPoint) } AND EXISTS { (k)<-[:IN_CATEGORY]-(:Complaint) }
WITH k, a, min(length(way)) AS far
WITH k, min(far) AS nearest, collect({above: a, far: far}) AS found
UNWIND [f IN found WHERE f.far = nearest | f.above] AS speaking
MATCH (speaking)-[:POINTS_TO]->(p:ControlPoint)
WITH DISTINCT k, p
MATCH (k)<-[:IN_CATEGORY]-(c:Complaint) WHERE $since <= c.event_at AND c.event_at < $until
WITH DISTINCT p, c
WITH p, datetime({datetime: datetime(c.event_at), timezone: $timezone}) AS local
RETURN p.id AS control_point, p.name AS name, local.year AS year, local.month AS month, count(*) AS complaints
ORDER BY control_point, year, month;
