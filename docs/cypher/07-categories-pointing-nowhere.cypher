// 07 指向不明的投诉分类 · Categories that point nowhere
//
// zh 有投诉、而自身和各上级分类都没有指向任何控制点的分类，按投诉数排列。
// en Categories with complaints that point to no control point, neither by themselves nor through a category above; by complaints.
//
// $until  moment  止（UTC，不含）· complaints before, in UTC  e.g. '2026-06-02T00:00:00.000000Z'
MATCH (k:Category)
WHERE NOT EXISTS { (k)-[:CHILD_OF*0..9]->(:Category)-[:POINTS_TO]->(:ControlPoint) }
MATCH (k)<-[:IN_CATEGORY]-(c:Complaint) WHERE c.event_at < $until
RETURN k.id AS category, k.name AS name, k.name_en AS name_en, count(DISTINCT c) AS complaints
ORDER BY complaints DESC, category;
