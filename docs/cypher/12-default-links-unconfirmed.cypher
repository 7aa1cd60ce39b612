// 12 无人确认的默认关系 · Default links nobody confirmed
//
// zh 答案所依据的四种映射（衡量、上卷、起因、分类指向）中，只由内置目录断言、也没有人确认过的默认关系。
// en Links of the four maps that answers rest on (measures, roll-ups, causes, categories) whose basis is default, that the shipped
// en catalogue alone asserts and nobody confirmed.
//
// $map    string   只看哪种关系，空为全部 · only this type of link, empty for all  e.g. 'CAUSED_BY'
// $limit  integer  最多几条 · at most how many  e.g. 200
MATCH (x)-[link:MEASURED_BY|ROLLS_UP_TO|CAUSED_BY|POINTS_TO]->(y)
WHERE $map IN ['', type(link)] AND link.basis = 'default' AND link.confirmed_at IS NULL
  AND all(source IN link.sources WHERE source = 'catalogue')
RETURN type(link) AS map, labels(x)[0] + ':' + x.id AS from, labels(y)[0] + ':' + y.id AS to, link.weight AS weight, link.note AS note
ORDER BY map, from, to
LIMIT $limit;
