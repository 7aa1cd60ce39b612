// 04 未过上线审核却在线的营销案 · Campaigns live without a passed pre-launch gate
//
// zh 某日在线的营销案中，上线审核（pre_launch）最近一次结论不是通过或有条件通过的，以及从未审核的。
// en Campaigns live on a day whose latest review by a pre-launch gate is not passed or conditional, and those never reviewed.
//
// $date    date    哪一天 · the day  e.g. '2026-06-01'
// $moment  moment  当日结束时刻（UTC）· the end of that day in UTC  e.g. '2026-06-01T15:59:59.999999Z'
MATCH (g:Gate {gate_kind: 'pre_launch'})
WHERE coalesce(g.valid_from, '') <= $date AND $date < coalesce(g.valid_to, '9999-12-31')
MATCH (m:Campaign)
WHERE coalesce(m.starts, '9999-12-31') <= $date AND $date <= coalesce(m.ends, '9999-12-31')
OPTIONAL MATCH (m)<-[:ON]-(r:Review)-[:OF]->(g) WHERE r.event_at <= $moment
WITH g, m, r ORDER BY r.event_at DESC, r.id DESC
WITH g, m, collect(r)[0] AS latest
WHERE latest IS NULL OR NOT latest.result IN ['passed', 'conditional']
OPTIONAL MATCH (m)-[:RUN_BY]->(u:OrgUnit)
RETURN m.id AS campaign, m.name AS name, m.starts AS starts, g.id AS gate, coalesce(latest.result, 'missing') AS result,
       latest.event_at AS reviewed_at, collect(u.id) AS run_by
ORDER BY campaign, gate;
