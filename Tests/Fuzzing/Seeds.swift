/// Bodies to begin with: one that is accepted for each decoder, by its name.
enum Seeds {
    static let all: [[UInt8]] = bodies.map { name, body in
        guard let number = Decoder.all.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("no decoder is called \(name)")
        }
        return [UInt8(number)] + Array(body.utf8)
    }

    private static let bodies: [(String, String)] = [
        ("filter", #"{"topK":1,"id":"a","filter":{"x":"a"}}"#),
        ("filter", #"{"topK":1,"id":"a","filter":{"x":{"$gte":0,"$lt":1e3},"y":{"$ne":true}}}"#),
        (
            "filter",
            #"{"topK":1,"id":"a","filter":{"$or":[{"x":{"$in":["a",1,false]}},{"$and":[{"y":{"$nin":["b"]}}]}]}}"#
        ),
        ("filter", #"{"topK":1,"id":"a","filter":{"x":{"$exists":false},"y":{"$gt":-2.5,"$lte":0.0,"$eq":0}}}"#),
        ("essence search", #"{"text":"storm","topK":3,"filter":{"kind":"text"},"groupBy":"root","minScore":-0.5}"#),
        (
            "upsert",
            #"{"vectors":[{"id":"a","values":[0.5,-1],"sparseValues":{"indices":[1,7],"values":[1,2]},"metadata":{"x":["a"],"y":1}}],"namespace":"n"}"#
        ),
        (
            "query",
            #"{"topK":10,"vector":[1,2],"sparseVector":{"indices":[1],"values":[0.5]},"includeValues":true,"includeMetadata":true}"#
        ),
        ("fetch by metadata", #"{"filter":{"x":1},"limit":5,"paginationToken":"MQ"}"#),
        ("update", #"{"id":"a","values":[1],"setMetadata":{"x":true},"namespace":""}"#),
        ("update", #"{"filter":{"x":1},"setMetadata":{"x":2},"dryRun":true}"#),
        ("delete", #"{"ids":["a","b"]}"#), ("delete", #"{"filter":{"x":{"$in":[1]}}}"#),
        ("delete", #"{"deleteAll":true}"#),
        ("record line", #"{"namespace":"n","id":"a","values":[1,2],"metadata":{"x":"y"}}"#),
        ("namespace", #"{"name":"n","schema":{"fields":{"genre":{"filterable":true}}}}"#),
        (
            "index, spec",
            #"{"name":"i","dimension":8,"metric":"cosine","spec":{"serverless":{"cloud":"aws","region":"r"}},"tags":{"a":"b"}}"#
        ),
        (
            "index, schema",
            #"{"name":"i","schema":{"fields":{"_values":{"type":"dense_vector","dimension":8,"metric":"dotproduct"}}}}"#
        ),
        (
            "index for a model",
            #"{"name":"i","cloud":"aws","region":"r","embed":{"model":"m","field_map":{"text":"t"}}}"#
        ),
        ("index patch", #"{"deletion_protection":"enabled","tags":{"a":""}}"#),
        ("backup", #"{"name":"b","description":"d"}"#), ("restore", #"{"name":"i","tags":{"a":"b"}}"#),
        (
            "essence",
            #"{"realmId":"r","title":"t","vector":[0.5,-1],"remixFrom":[{"essenceId":"a","weight":0.5}],"metadata":{"y":1}}"#
        ),
        ("remix", #"{"realmId":"r","title":"t","parentIds":["a"]}"#),
        ("essence patch", #"{"title":"n","spark":{"prompt":"p","params":{"s":[1,null]}}}"#),
        ("memories", #"{"items":[{"text":"x","kind":"fact","importance":0.5,"validTo":"2027-01-01T00:00:00Z"}]}"#),
        ("recall", #"{"text":"x","k":3,"weights":{"relevance":1},"now":"2026-06-01T00:00:00.5+01:00"}"#),
        ("feed", #"{"viewerId":"v","k":3,"candidates":["a","b"],"seed":7,"tasteVectors":[[1,0]]}"#),
        ("feed events", #"{"events":[{"kind":"like","viewerId":"v","essenceId":"a"}]}"#),
        ("late edge", #"{"child":"b","parent":"c","kind":"inspiredBy","weight":0.25}"#),
        ("ancestry", #"{"pairs":[{"ancestor":"a","descendant":"b"}]}"#),
    ]
}
