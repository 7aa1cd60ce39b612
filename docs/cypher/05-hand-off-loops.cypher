// 05 单位之间踢皮球 · Hand-off loops between units
//
// zh 处理过程中转出后又回到同一单位的投诉：经手单位的次序，以及回到了哪些单位、几次。转给个人的按其当时所属单位计。
// en Complaints that came back to a unit that had already passed them on: the units in the order of handling, and which got it again.
// en A hand-off to a person counts for the unit that person belongs to on the day.
//
// $since  moment  起（UTC）· steps from, in UTC  e.g. '2026-01-01T00:00:00.000000Z'
// $until  moment  止（UTC，不含）· steps before, in UTC  e.g. '2026-07-01T00:00:00.000000Z'
MATCH (c:Complaint)<-[:OF]-(h:HandlingStep)-[:TO]->(to)
WHERE $since <= h.event_at AND h.event_at < $until
OPTIONAL MATCH (to:Owner)-[b:BELONGS_TO]->(of:OrgUnit)
WHERE coalesce(b.valid_from, '') <= left(h.event_at, 10) AND left(h.event_at, 10) < coalesce(b.valid_to, '9999-12-31')
WITH c, h, CASE WHEN to:OrgUnit THEN to.id ELSE of.id END AS unit
WITH c, h, min(unit) AS unit WHERE unit IS NOT NULL
ORDER BY c.id, h.event_at, coalesce(h.seq, 0), h.id
WITH c, collect(unit) AS handed
WITH c, [i IN range(0, size(handed) - 1) WHERE i = 0 OR handed[i] <> handed[i - 1] | handed[i]] AS units
WITH c, units, [i IN range(1, size(units) - 1) WHERE units[i] IN units[0..i] | units[i]] AS again
WHERE size(again) > 0
RETURN c.id AS complaint, units, again, size(again) AS returns
ORDER BY returns DESC, complaint;
