// 14 一个营销案的全部 · Everything about a campaign
//
// zh 运营与落地单位、推广的产品、评审、进入的环节、信息同步、影响它的事件、职责，以及投诉总数和按分类的投诉数。
// en Who runs it and where it lands, what it promotes, its reviews, stages, information passed on, incidents, duties, and its
// en complaints in total and by category. In Browser, `MATCH path = (:Campaign {id: $campaign})--() RETURN path LIMIT 200` draws it.
//
// $campaign  string  营销案编号 · id of the campaign  e.g. 'M1'
MATCH (m:Campaign {id: $campaign})
RETURN m.id AS campaign, m.name AS name, m.tier AS tier, m.starts AS starts, m.ends AS ends,
  COLLECT { MATCH (m)-[:RUN_BY]->(u:OrgUnit) RETURN u.id ORDER BY u.id } AS run_by,
  COLLECT { MATCH (m)-[:LANDS_IN]->(u:OrgUnit) RETURN u.id ORDER BY u.id } AS lands_in,
  COLLECT { MATCH (m)-[:PROMOTES]->(p:Product) RETURN p.id ORDER BY p.id } AS promotes,
  COLLECT {
    MATCH (m)<-[:ON]-(r:Review)-[:OF]->(what)
    RETURN {review: r.id, of: labels(what)[0] + ':' + what.id, result: r.result, at: r.event_at} ORDER BY r.event_at, r.id
  } AS reviews,
  COLLECT {
    MATCH (m)<-[:ON]-(e:StageEntry)-[:OF]->(s:Stage) RETURN {stage: s.id, at: e.event_at} ORDER BY e.event_at, e.id
  } AS stages,
  COLLECT {
    MATCH (m)<-[:ON]-(y:Sync) OPTIONAL MATCH (y)-[:FROM]->(f:OrgUnit) OPTIONAL MATCH (y)-[:TO]->(t:OrgUnit)
    RETURN {sync: y.id, from: f.id, to: t.id, at: y.event_at, acknowledged_at: y.acknowledged_at} ORDER BY y.event_at, y.id
  } AS passed_on,
  COLLECT { MATCH (m)<-[:AFFECTS]-(i:Incident) RETURN i.id ORDER BY i.id } AS incidents,
  COLLECT {
    MATCH (m)<-[:FOR|WITHIN]-(a:Assignment)-[:HELD_BY]->(h)
    RETURN DISTINCT {assignment: a.id, role: a.role, holder: labels(h)[0] + ':' + h.id} AS duty ORDER BY duty.assignment, duty.holder
  } AS duties,
  COUNT { (m)<-[:ABOUT]-(:Complaint) } AS complaints,
  COLLECT {
    MATCH (m)<-[:ABOUT]-(c:Complaint)-[:IN_CATEGORY]->(k:Category)
    WITH k, count(DISTINCT c) AS n RETURN {category: k.id, complaints: n} ORDER BY n DESC, k.id
  } AS by_category;
