"""Records: written, found, fetched, listed, changed and deleted."""

from pinecone import Vector

from support import MAJOR, check, close, cosine, count, dot, ids, listed, needs, plain, same


def fill(index, namespace, total):
    index.upsert(
        vectors=[(f"v{n:03}", [1.0, n, n % 3], {"n": n, "kind": "even" if n % 2 == 0 else "odd"}) for n in range(total)],
        namespace=namespace)
    same(count(index, namespace), total, "what was written is there at once")


@check("data")
def every_form_of_a_record_is_taken(world):
    index = world.create("data")
    forms = [
        ("pair", [1, 0, 0]), ("triple", [0, 1, 0], {"s": "x"}), {"id": "object", "values": [0, 0, 1], "metadata": {"n": 2.5}},
        Vector(id="class", values=[1.0, 1.0, 0.0], metadata={"b": False, "l": ["p", "q"]}),
    ]
    for form in forms:
        same(index.upsert(vectors=[form], namespace="forms").upserted_count, 1)
    found = index.fetch(ids=["pair", "triple", "object", "class", "none"], namespace="forms")
    same(sorted(found.vectors), ["class", "object", "pair", "triple"])
    same([plain(found.vectors[i].metadata) for i in ("pair", "triple", "object", "class")],
         [{}, {"s": "x"}, {"n": 2.5}, {"b": False, "l": ["p", "q"]}])
    same(list(found.vectors["class"].values), [1, 1, 0])


@check("data")
def scores_are_those_of_the_metric(world):
    random = world.random("scores")
    vectors = {f"r{n}": [random.uniform(-2, 2) for _ in range(6)] for n in range(60)}
    query = [random.uniform(-2, 2) for _ in range(6)]
    references = {
        "cosine": lambda v: cosine(v, query), "dotproduct": lambda v: dot(v, query),
        "euclidean": lambda v: sum((x - y) ** 2 for x, y in zip(v, query)),
    }
    for metric, reference in references.items():
        index = world.create("score-" + metric, dimension=6, metric=metric)
        index.upsert(vectors=list(vectors.items()))
        expected = sorted(vectors, key=lambda i: reference(vectors[i]), reverse=metric != "euclidean")[:20]
        answer = index.query(vector=query, top_k=20)
        same(ids(answer), expected, metric)
        for match in answer.matches:
            close(match.score, reference(vectors[match.id]), f"{metric} of {match.id}", 1e-3)


@check("data")
def an_upsert_replaces_the_whole_record(world):
    index = world.index("data")
    index.upsert(vectors=[("x", [1, 2, 3], {"old": 1})], namespace="replace")
    index.upsert(vectors=[("x", [9, 9, 9], {"mid": 1}), ("y", [1, 1, 1]), ("x", [4, 5, 6], {"new": 1})], namespace="replace")
    record = index.fetch(ids=["x"], namespace="replace").vectors["x"]
    same((list(record.values), plain(record.metadata)), ([4, 5, 6], {"new": 1}), "the last one of an id counts")
    same(count(index, "replace"), 2)


@check("data")
def a_query_by_id_uses_the_stored_vector(world):
    index = world.index("data")
    fill(index, "by-id", 30)
    answer = index.query(id="v010", top_k=4, namespace="by-id", include_values=True, include_metadata=True)
    same(answer.matches[0].id, "v010")
    close(answer.matches[0].score, 1)
    same((list(answer.matches[0].values), plain(answer.matches[0].metadata)), ([1, 10, 1], {"n": 10, "kind": "even"}))
    same(ids(index.query(id="none", top_k=4, namespace="by-id")), [])
    bare = index.query(id="v010", top_k=1, namespace="by-id").matches[0]
    assert not bare.values and not bare.metadata, "only what was asked for"


@check("data")
def batches_of_the_client_all_arrive(world):
    index = world.create("batch", dimension=4)
    random = world.random("batch")
    vectors = [(f"b{n}", [random.gauss(0, 1) for _ in range(4)]) for n in range(1_730)]
    same(index.upsert(vectors=vectors, batch_size=250, show_progress=False).upserted_count, 1_730)
    same(index.upsert(vectors=vectors[:1_000], namespace="one").upserted_count, 1_000, "1000 in one request")
    same((count(index), count(index, "one")), (1_730, 1_000))
    answer = index.query(vector=vectors[1_234][1], top_k=10_000)
    same((len(answer.matches), answer.matches[0].id), (1_730, "b1234"), "more asked for than there is")
    scores = [match.score for match in answer.matches]
    same(scores, sorted(scores, reverse=True), "best first")


@check("data")
def floats_keep_single_precision_and_texts_every_letter(world):
    index = world.index("data")
    values, text = [0.1, -3.0000001e-20, 16777217.5], "naïve – 日本語 🜁 \"\\\n\t"
    index.upsert(vectors=[("f", values, {"text": text})], namespace="precise")
    record = index.fetch(ids=["f"], namespace="precise").vectors["f"]
    for got, expected in zip(record.values, values):
        assert abs(got - expected) <= abs(expected) * 6e-8, f"{got} for {expected}"
    same(record.metadata["text"], text)


@check("data")
def odd_ids_come_back(world):
    index = world.index("data")
    odd = ["a/b", "?q=1&r#f", "50%", "%41", "..", ".", " lead", "tab\t", "'\"\\", "+", "z" * 512]
    index.upsert(vectors=[(i, [1, n, 0]) for n, i in enumerate(odd)], namespace="a/b?c #%")
    same(sorted(index.fetch(ids=odd, namespace="a/b?c #%").vectors), sorted(odd))
    same(listed(index, namespace="a/b?c #%"), sorted(odd))
    for i in odd:
        same(index.query(id=i, top_k=1, namespace="a/b?c #%").matches[0].id, i)
    index.delete(ids=odd, namespace="a/b?c #%")
    same(count(index, "a/b?c #%"), 0)


@check("data")
def fetch_by_metadata_pages_through_all_matches(world):
    needs(8)
    index = world.index("data")
    fill(index, "pages", 57)
    found, token = {}, None
    while True:
        more = {"pagination_token": token} if token else {}
        page = index.fetch_by_metadata(filter={"kind": "odd", "n": {"$gte": 5}}, limit=10, namespace="pages", **more)
        assert 0 < len(page.vectors) <= 10 and not set(page.vectors) & set(found)
        found.update(page.vectors)
        token = page.pagination.next if page.pagination else None
        if not token:
            break
    same(sorted(found), [f"v{n:03}" for n in range(5, 57, 2)])


@check("list")
def listings_are_whole_sorted_and_by_prefix(world):
    index = world.create("list", dimension=1)
    names = [f"{letter}{n}" for letter in "aBc_~" for n in range(70)]
    world.random("list").shuffle(names)
    index.upsert(vectors=[(name, [1]) for name in names], namespace="l")
    same(listed(index, namespace="l"), sorted(names), "in the order of bytes")
    for prefix, limit in (("c", 9), ("c1", 100), ("none", 5), ("~6", 1)):
        same(listed(index, namespace="l", prefix=prefix, limit=limit), sorted(n for n in names if n.startswith(prefix)), prefix)
    same(listed(index, namespace="unwritten"), [])
    page = index.list_paginated(namespace="l", limit=3)
    same([item.id for item in page.vectors], sorted(names)[:3])
    after = index.list_paginated(namespace="l", limit=3, pagination_token=page.pagination.next)
    same([item.id for item in after.vectors], sorted(names)[3:6])


@check("list")
def a_listing_goes_on_where_it_was_while_records_come_and_go(world):
    index = world.index("list")
    index.upsert(vectors=[(f"k{n:02}", [1]) for n in range(20)], namespace="moving")
    page = index.list_paginated(namespace="moving", limit=10)
    index.delete(ids=["k09", "k10"], namespace="moving")
    index.upsert(vectors=[("k00a", [1]), ("k15a", [1])], namespace="moving")
    rest = index.list_paginated(namespace="moving", limit=100, pagination_token=page.pagination.next)
    same([item.id for item in rest.vectors], [f"k{n}" for n in range(11, 16)] + ["k15a"] + [f"k{n}" for n in range(16, 20)])


@check("update")
def an_update_changes_only_what_it_names(world):
    index = world.create("update")
    index.upsert(vectors=[("x", [1, 0, 0], {"a": 1, "b": "old"})])
    index.update(id="x", values=[0, 0, 2])
    index.update(id="x", set_metadata={"b": "new", "c": ["l"]})
    record = index.fetch(ids=["x"]).vectors["x"]
    same((list(record.values), plain(record.metadata)), ([0, 0, 2], {"a": 1, "b": "new", "c": ["l"]}))
    close(index.query(vector=[0, 0, 1], top_k=1).matches[0].score, 1, "found at its new place")
    same(ids(index.query(vector=[1, 0, 0], top_k=1, filter={"b": "old"})), [])
    same(ids(index.query(vector=[1, 0, 0], top_k=1, filter={"c": "l"})), ["x"])
    index.update(id="ghost", set_metadata={"a": 1})
    same(count(index), 1, "an unknown id makes no record")


@check("update")
def an_update_by_filter_counts_first_and_then_changes(world):
    needs(8)
    index = world.index("update")
    fill(index, "many", 40)
    which = {"n": {"$gte": 30}, "kind": "odd"}
    same(index.update(filter=which, set_metadata={"mark": True}, dry_run=True, namespace="many").matched_records, 5)
    same(ids(index.query(vector=[1, 1, 1], top_k=99, filter={"mark": True}, namespace="many")), [], "a dry run changes nothing")
    index.update(filter=which, set_metadata={"mark": True}, namespace="many")
    marked = index.query(vector=[1, 1, 1], top_k=99, filter={"mark": True}, namespace="many")
    same(sorted(ids(marked)), [f"v{n:03}" for n in range(31, 40, 2)])


@check("delete")
def deletes_take_ids_filters_or_all_of_one_namespace(world):
    index = world.create("delete")
    fill(index, "d", 40)
    fill(index, "other", 5)
    index.delete(ids=["v000", "v001", "v001", "none"], namespace="d")
    same(sorted(index.fetch(ids=["v000", "v001", "v002"], namespace="d").vectors), ["v002"])
    index.delete(filter={"$or": [{"kind": "odd"}, {"n": {"$lt": 10}}]}, namespace="d")
    left = [f"v{n:03}" for n in range(10, 40, 2)]
    same(listed(index, namespace="d"), left)
    same(sorted(ids(index.query(vector=[1, 1, 1], top_k=99, namespace="d"))), left, "queries agree with the listing")
    index.delete(delete_all=True, namespace="d")
    same((listed(index, namespace="d"), count(index, "other")), ([], 5))
    index.delete(ids=["x"], namespace="unwritten")


@check("delete")
def a_deleted_id_can_come_back_as_another_record(world):
    index = world.index("delete")
    index.upsert(vectors=[("x", [1, 0, 0], {"old": 1})], namespace="back")
    index.delete(ids=["x"], namespace="back")
    same(ids(index.query(vector=[1, 0, 0], top_k=3, namespace="back")), [])
    index.upsert(vectors=[("x", [0, 1, 0], {"new": 1})], namespace="back")
    record = index.fetch(ids=["x"], namespace="back").vectors["x"]
    same((list(record.values), plain(record.metadata)), ([0, 1, 0], {"new": 1}))
    same(ids(index.query(vector=[0, 1, 0], top_k=3, namespace="back", filter={"old": 1})), [])


@check("update")
def sequences_of_writes_are_told_and_never_behind(world):
    needs(9)
    index = world.index("update")
    written = index.upsert(vectors=[("s", [1, 1, 1])], namespace="lsn").response_info
    again = index.upsert(vectors=[("s", [1, 1, 2])], namespace="lsn").response_info
    read = index.query(vector=[1, 1, 1], top_k=1, namespace="lsn").response_info
    assert again.lsn_committed > written.lsn_committed, (written, again)
    assert read.is_reconciled(again.lsn_committed), (read, again)
