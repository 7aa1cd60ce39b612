// 01 一条投诉往上游 · A complaint's way upstream
//
// zh 这条投诉涉及什么、属于哪一类、最先在哪个控制点感知受损，再沿起因关系向上游走到的全部控制点，以及各控制点在所涉对象上的评审。
// en What the complaint is about, where it hurts first by its category or cause code, every control point upstream along the causes,
// en and the reviews of those points on what it is about. Without its probabilities: those are what `suyuan trace` works out.
//
// $complaint  string  投诉编号 · id of the complaint  e.g. 'T-0001'
MATCH (c:Complaint {id: $complaint})
CALL (c) {
  MATCH way = (c)-[:IN_CATEGORY]->(:Category)-[:CHILD_OF*0..9]->(a:Category)
  WHERE EXISTS { (a)-[:POINTS_TO]->(:ControlPoint) }
  WITH nodes(way)[1] AS category, a, min(length(way)) AS far
  WITH category, min(far) AS nearest, collect({above: a, far: far}) AS found
  UNWIND [f IN found WHERE f.far = nearest | f.above] AS speaking
  MATCH (speaking)-[says:POINTS_TO]->(p:ControlPoint) WHERE coalesce(says.weight, 1) > 0
  RETURN p AS anchor, 'Category:' + speaking.id AS because
  UNION
  MATCH (c)-[:NAMES]->(p:ControlPoint)
  RETURN p AS anchor, 'Complaint:' + c.id AS because
}
MATCH upstream = (anchor)-[causes:CAUSED_BY*0..12]->(origin:ControlPoint)
WHERE all(link IN causes WHERE coalesce(link.weight, 1) > 0)
WITH c, origin, min(length(upstream)) AS steps, collect(DISTINCT because) AS because, collect(DISTINCT anchor.id) AS anchors
OPTIONAL MATCH (origin)-[:AT]->(s:Stage)
OPTIONAL MATCH (c)-[:ABOUT]->(subject)<-[:ON]-(r:Review)-[:OF]->(origin) WHERE r.event_at <= c.event_at
RETURN origin.id AS control_point, origin.name AS name, origin.name_en AS name_en, s.id AS stage, steps, anchors, because,
       [x IN collect(DISTINCT {review: r.id, on: subject.id, result: r.result, at: r.event_at}) WHERE x.review IS NOT NULL] AS reviews
ORDER BY steps, control_point;
