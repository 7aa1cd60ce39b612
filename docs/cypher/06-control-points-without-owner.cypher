// 06 无人负责的控制点 · Control points without an owner
//
// zh 某日，没有个人或岗位对其本身、所在环节或领域负责的控制点；若有单位承担，列出须指定到人的单位。
// en Control points for which no person or role is accountable on a day, neither for the point nor for its stage or domain; where a
// en unit holds the duty alone, that unit must appoint somebody.
//
// $date  date  哪一天 · the day  e.g. '2026-06-01'
MATCH (p:ControlPoint)
WHERE coalesce(p.valid_from, '') <= $date AND $date < coalesce(p.valid_to, '9999-12-31')
OPTIONAL MATCH (p)-[:AT]->(s:Stage)
WHERE coalesce(s.valid_from, '') <= $date AND $date < coalesce(s.valid_to, '9999-12-31')
OPTIONAL MATCH (s)-[:IN_DOMAIN]->(d:Domain)
WHERE coalesce(d.valid_from, '') <= $date AND $date < coalesce(d.valid_to, '9999-12-31')
WITH p, collect(DISTINCT s) AS stages, collect(DISTINCT d) AS domains
CALL (p, stages, domains) {
  UNWIND [p] + stages + domains AS place
  MATCH (place)<-[:FOR]-(a:Assignment {role: 'accountable'})-[h:HELD_BY]->(holder)
  WHERE all(x IN [a, h] WHERE coalesce(x.valid_from, '') <= $date AND $date < coalesce(x.valid_to, '9999-12-31'))
    AND (a.function IS NULL OR any(s IN stages WHERE s.function = a.function))
  RETURN collect(DISTINCT holder) AS holders
}
WITH p, stages, holders WHERE none(holder IN holders WHERE holder:Owner)
RETURN p.id AS control_point, p.name AS name, p.name_en AS name_en, [s IN stages | s.id] AS stages,
       [u IN holders WHERE u:OrgUnit | u.id] AS must_appoint
ORDER BY control_point;
