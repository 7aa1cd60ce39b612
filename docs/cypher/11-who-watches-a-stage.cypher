// 11 谁看着一个环节 · Who watches a stage
//
// zh 环节的每个控制点由哪些监测手段覆盖、嵌入哪些系统、遵循哪些制度、由哪些评审点检查；空着的就是盲点。
// en For each control point of a stage: the monitors that watch it, the systems it is embedded in, the policies that govern it and the
// en gates that check it. What is empty is a blind spot.
//
// $stage  string  环节编号 · id of the stage  e.g. 'D2-S5'
MATCH (s:Stage {id: $stage})<-[:AT]-(p:ControlPoint)
OPTIONAL MATCH (p)-[:WATCHED_BY]->(m:Monitor)
OPTIONAL MATCH (p)-[:EMBEDDED_IN]->(y:System)
OPTIONAL MATCH (p)-[:GOVERNED_BY]->(l:Policy)
OPTIONAL MATCH (p)<-[:CHECKS]-(g:Gate)
RETURN p.id AS control_point, p.name AS name, p.name_en AS name_en, p.full_monitoring AS full_monitoring,
       collect(DISTINCT m.id) AS monitors, collect(DISTINCT y.id) AS systems, collect(DISTINCT l.id) AS policies,
       collect(DISTINCT g.id) AS gates
ORDER BY control_point;
