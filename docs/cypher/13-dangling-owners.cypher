// 13 责任悬空 · Dangling owners
//
// zh 某日仍然有效、承担者却已离任或已失效的责任分配。
// en Assignments that are still open on a day although their holder has ended, or belonged to a unit and belongs to none any more.
//
// $date  date  哪一天 · the day  e.g. '2026-06-01'
MATCH (a:Assignment)-[h:HELD_BY]->(holder)
WHERE all(x IN [a, h] WHERE coalesce(x.valid_from, '') <= $date AND $date < coalesce(x.valid_to, '9999-12-31'))
OPTIONAL MATCH (holder)-[b:BELONGS_TO]->(u:OrgUnit)
WITH a, holder, u, b ORDER BY u.id
WITH a, holder, collect(b) AS memberships, collect(DISTINCT u.id) AS units
WITH a, holder, units, coalesce(holder.valid_to, '9999-12-31') <= $date AS ended,
     any(b IN memberships WHERE b.valid_to <= $date)
       AND none(b IN memberships WHERE coalesce(b.valid_from, '') <= $date AND $date < coalesce(b.valid_to, '9999-12-31')) AS left
WHERE ended OR left
OPTIONAL MATCH (a)-[:FOR]->(target)
RETURN a.id AS assignment, a.role AS role, labels(holder)[0] + ':' + holder.id AS holder, holder.name AS name,
       CASE WHEN ended THEN 'ended' ELSE 'left' END AS why, units AS belonged_to,
       collect(DISTINCT labels(target)[0] + ':' + target.id) AS for
ORDER BY assignment, holder;
