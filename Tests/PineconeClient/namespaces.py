"""Namespaces: their own records, their own routes, and queries over several."""

from pinecone.exceptions import NotFoundException

from support import check, close, cosine, count, data_error, dot, ids, needs, refused, same


@check("namespaces")
def the_default_namespace_has_two_names(world):
    index = world.create("spaces", dimension=2)
    index.upsert(vectors=[("a", [1, 2])])
    index.upsert(vectors=[("b", [2, 1])], namespace="__default__")
    for name in ("", "__default__"):
        same(sorted(index.fetch(ids=["a", "b"], namespace=name).vectors), ["a", "b"])
    same(count(index), 2)
    index.delete(ids=["a"], namespace="__default__")
    same(sorted(index.fetch(ids=["a", "b"]).vectors), ["b"])


@check("namespaces")
def the_same_id_is_another_record_elsewhere(world):
    index = world.index("spaces")
    for n, name in enumerate(("one", "two")):
        index.upsert(vectors=[("x", [1, n], {"n": n})], namespace=name)
    for n, name in enumerate(("one", "two")):
        same(index.fetch(ids=["x"], namespace=name).vectors["x"].metadata["n"], n)
        same(index.query(vector=[1, n], top_k=5, namespace=name, include_metadata=True).matches[0].metadata["n"], n)
    same(ids(index.query(vector=[1, 1], top_k=5, namespace="unwritten")), [])
    same(dict(index.fetch(ids=["x"], namespace="unwritten").vectors), {})
    assert "unwritten" not in index.describe_index_stats().namespaces, "reading makes no namespace"


@check("namespaces")
def namespaces_are_made_described_listed_and_removed(world):
    needs(8)
    index = world.index("spaces")
    for n in range(7):
        same(index.create_namespace(name=f"list-{n}").name, f"list-{n}")
    refused(409, index.create_namespace, name="list-0")
    for name in ("__default__", "", "n" * 513, "\u00fc"):
        data_error(world.send("POST", world.url("spaces") + "/namespaces", {"name": name}), 400, 3)
    names, token = [], None
    while True:
        page = index.list_namespaces_paginated(prefix="list-", limit=3, **({"pagination_token": token} if token else {}))
        names += [namespace.name for namespace in page.namespaces]
        same(int(page.total_count), 7)
        token = page.pagination.next if page.pagination else None
        if not token:
            break
    same(names, [f"list-{n}" for n in range(7)])
    index.upsert(vectors=[("x", [1, 1])], namespace="list-3")
    same(int(index.describe_namespace(namespace="list-3").record_count), 1)
    index.delete_namespace(namespace="list-3")
    try:
        index.describe_namespace(namespace="list-3")
        raise AssertionError("a removed namespace is described")
    except NotFoundException:
        pass
    same(dict(index.fetch(ids=["x"], namespace="list-3").vectors), {})


@check("namespaces")
def names_with_odd_letters_are_named_in_paths(world):
    world.index("spaces").upsert(vectors=[("x", [1, 1])], namespace="a/b #%?")
    url = world.url("spaces") + "/namespaces/a%2Fb%20%23%25%3F"
    same(world.send("GET", url)[1]["record_count"], 1)
    same(world.send("DELETE", url), (200, {}))
    data_error(world.send("GET", url), 404, 5)


@check("namespaces")
def a_schema_says_by_which_fields_records_are_filtered(world):
    needs(9)
    index = world.index("spaces")
    made = index.create_namespace(name="schema", schema={"fields": {"kind": {"filterable": True}}})
    same(list(made.schema.fields), ["kind"])
    index.upsert(vectors=[("a", [1, 1], {"kind": "x", "note": "y"}), ("b", [1, 2], {"kind": "z", "note": "y"})], namespace="schema")
    same(ids(index.query(vector=[1, 1], top_k=5, namespace="schema", filter={"kind": "x"})), ["a"])
    for which in ({"note": "y"}, {"$or": [{"kind": "x"}, {"note": {"$ne": "y"}}]}):
        refused(400, index.query, vector=[1, 1], top_k=5, namespace="schema", filter=which)
        refused(400, index.delete, namespace="schema", filter=which)
    same(index.fetch(ids=["a"], namespace="schema").vectors["a"].metadata["note"], "y")


@check("multi")
def one_query_over_several_namespaces_merges_by_score(world):
    random = world.random("multi")
    references = {"cosine": cosine, "dotproduct": dot, "euclidean": lambda a, b: sum((x - y) ** 2 for x, y in zip(a, b))}
    for metric, reference in references.items():
        index = world.create("multi-" + metric, dimension=3, metric=metric)
        stored = {f"n{k}.{n}": [random.gauss(0, 1) for _ in range(3)] for k in range(4) for n in range(15)}
        for k in range(4):
            index.upsert(vectors=[(i, v, {"n": int(i[3:])}) for i, v in stored.items() if i.startswith(f"n{k}.")], namespace=f"n{k}")
        query = [random.gauss(0, 1) for _ in range(3)]
        asked = [i for i in stored if not i.startswith("n3")]
        expected = sorted(asked, key=lambda i: reference(stored[i], query), reverse=metric != "euclidean")
        answer = index.query_namespaces(vector=query, namespaces=["n0", "n1", "n2", "unwritten"], metric=metric, top_k=12)
        same([match.id for match in answer.matches], expected[:12], metric)
        close(answer.matches[0].score, reference(stored[expected[0]], query), metric, 1e-3)
        few = index.query_namespaces(
            vector=query, namespaces=["n0", "n1", "n2"], metric=metric, top_k=50, filter={"n": {"$lt": 2}})
        same(sorted(match.id for match in few.matches), sorted(i for i in asked if int(i[3:]) < 2))
