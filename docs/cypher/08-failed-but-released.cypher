// 08 评审不通过却放行 · Reviews failed but released
//
// zh 评审不通过之后没有再通过，产品或营销案却进入了更后的环节，或营销案已上线的情形。
// en Products and campaigns that went on after a failed review without passing it later: they entered a stage, or the campaign started.
//
// $date    date    哪一天 · the day  e.g. '2026-06-01'
// $moment  moment  当日结束时刻（UTC）· the end of that day in UTC  e.g. '2026-06-01T15:59:59.999999Z'
MATCH (what)<-[:OF]-(r:Review {result: 'failed'})-[:ON]->(subject:Product|Campaign)
WHERE r.event_at <= $moment AND (what:Gate OR what:ControlPoint)
  AND NOT EXISTS {
    MATCH (what)<-[:OF]-(later:Review)-[:ON]->(subject)
    WHERE r.event_at < later.event_at AND later.event_at <= $moment AND later.result IN ['passed', 'conditional', 'waived']
  }
OPTIONAL MATCH (subject)<-[:ON]-(e:StageEntry)-[:OF]->(stage:Stage) WHERE r.event_at < e.event_at AND e.event_at <= $moment
WITH what, r, subject, [x IN collect({stage: stage.id, at: e.event_at}) WHERE x.stage IS NOT NULL] AS entered
WITH what, r, subject, entered, left(r.event_at, 10) < subject.starts AND subject.starts <= $date AS started
WHERE size(entered) > 0 OR started
RETURN labels(subject)[0] + ':' + subject.id AS subject, labels(what)[0] + ':' + what.id AS review_of, r.id AS review,
       r.event_at AS failed_at, r.reason AS reason, entered, coalesce(started, false) AS started
ORDER BY subject, review_of, review;
