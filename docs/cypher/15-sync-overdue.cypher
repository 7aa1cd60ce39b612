// 15 该同步而未同步 · Information that should have been passed on and was not confirmed
//
// zh 在线的营销案中，须同步的单位之间没有同步记录，或同步未在时限内得到确认。
// en Live campaigns of which a unit running them owes another one notice (MUST_SYNC) and passed nothing on, or nothing that was
// en confirmed within the hours agreed.
//
// $date  date  哪一天 · the day  e.g. '2026-06-01'
MATCH (m:Campaign)-[:RUN_BY]->(f:OrgUnit)-[duty:MUST_SYNC]->(t:OrgUnit)
WHERE m.starts <= $date AND $date <= coalesce(m.ends, '9999-12-31')
OPTIONAL MATCH (m)<-[:ON]-(y:Sync)-[:FROM]->(f) WHERE EXISTS { (y)-[:TO]->(t) }
WITH m, f, t, duty, collect(y) AS passed
WHERE none(y IN passed WHERE y.acknowledged_at IS NOT NULL
           AND (duty.within_hours IS NULL
                OR duration.inSeconds(datetime(y.event_at), datetime(y.acknowledged_at)).seconds <= duty.within_hours * 3600))
RETURN m.id AS campaign, m.name AS name, m.starts AS starts, f.id AS from, t.id AS to, duty.within_hours AS within_hours,
       [y IN passed | {sync: y.id, at: y.event_at, acknowledged_at: y.acknowledged_at}] AS passed_on
ORDER BY campaign, from, to;
