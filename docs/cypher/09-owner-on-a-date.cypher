// 09 某日谁对控制点负责 · Who answers for a control point on a date
//
// zh 某日，对控制点、其环节或领域有职责的全部承担者，由近及远；含所属单位、限定范围和代理人。限定范围须由人判断是否适用，`suyuan who` 会选出一个。
// en Everybody with a duty for the control point, its stage or its domain on a day, nearest first, with unit, scope and deputies.
// en Whether a scope fits is left to the reader; `suyuan who` picks the one who answers.
//
// $control_point  string  控制点编号 · id of the control point  e.g. 'CP37'
// $date           date    哪一天 · the day  e.g. '2026-06-01'
MATCH (p:ControlPoint {id: $control_point})
CALL (p) {
  RETURN p AS place, 'control_point' AS via, 1 AS far
  UNION
  MATCH (p)-[:AT]->(s:Stage) RETURN s AS place, 'stage' AS via, 2 AS far
  UNION
  MATCH (p)-[:AT]->(:Stage)-[:IN_DOMAIN]->(d:Domain) RETURN d AS place, 'domain' AS via, 3 AS far
}
MATCH (place)<-[:FOR]-(a:Assignment)-[h:HELD_BY]->(holder)
WHERE all(x IN [a, h, holder] WHERE coalesce(x.valid_from, '') <= $date AND $date < coalesce(x.valid_to, '9999-12-31'))
WITH a, holder, min(far) AS far
OPTIONAL MATCH (holder)-[b:BELONGS_TO]->(u:OrgUnit)
WHERE coalesce(b.valid_from, '') <= $date AND $date < coalesce(b.valid_to, '9999-12-31')
OPTIONAL MATCH (a)-[d:DEPUTY]->(deputy:Owner)
WHERE all(x IN [d, deputy] WHERE coalesce(x.valid_from, '') <= $date AND $date < coalesce(x.valid_to, '9999-12-31'))
OPTIONAL MATCH (a)-[:WITHIN]->(scope)
WITH a, holder, far, CASE WHEN holder:OrgUnit THEN holder.id ELSE u.id END AS unit, deputy, scope
RETURN a.role AS role, labels(holder)[0] + ':' + holder.id AS holder, a.id AS assignment,
       ['control_point', 'stage', 'domain'][far - 1] AS via,
       min(unit) AS unit, a.segments AS segments, a.tiers AS tiers,
       a.function AS function, collect(DISTINCT labels(scope)[0] + ':' + scope.id) AS within, collect(DISTINCT deputy.id) AS deputies
ORDER BY via, role, assignment, holder;
