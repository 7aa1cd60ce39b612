// 02 一个单位担着什么 · All a unit answers for
//
// zh 某日，该单位及其下级单位，或隶属其中的人和岗位，承担的全部职责：角色、对象、限定范围。
// en Every duty that the unit, a unit below it, or a person or role belonging to one of them holds on a day: role, what for, within what.
//
// $unit  string  单位编号 · id of the unit  e.g. 'O06'
// $date  date    哪一天 · the day  e.g. '2026-06-01'
MATCH (top:OrgUnit {id: $unit})
MATCH below = (unit:OrgUnit)-[:PART_OF*0..9]->(top)
WHERE all(link IN relationships(below) WHERE coalesce(link.valid_from, '') <= $date AND $date < coalesce(link.valid_to, '9999-12-31'))
WITH DISTINCT unit
CALL (unit) {
  RETURN unit AS holder
  UNION
  MATCH (unit)<-[b:BELONGS_TO]-(o:Owner)
  WHERE coalesce(b.valid_from, '') <= $date AND $date < coalesce(b.valid_to, '9999-12-31')
  RETURN o AS holder
}
MATCH (holder)<-[h:HELD_BY]-(a:Assignment)
WHERE all(x IN [holder, h, a] WHERE coalesce(x.valid_from, '') <= $date AND $date < coalesce(x.valid_to, '9999-12-31'))
OPTIONAL MATCH (a)-[:FOR]->(target)
OPTIONAL MATCH (a)-[:WITHIN]->(scope)
RETURN unit.id AS unit, labels(holder)[0] + ':' + holder.id AS holder, a.role AS role, a.id AS assignment,
       collect(DISTINCT labels(target)[0] + ':' + target.id) AS for, collect(DISTINCT labels(scope)[0] + ':' + scope.id) AS within
ORDER BY unit, role, assignment, holder;
