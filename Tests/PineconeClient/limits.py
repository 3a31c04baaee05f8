"""Each documented limit: the value itself is fine, one more is refused."""

from support import check, count, same

SPEC = {"serverless": {"cloud": "aws", "region": "us-east-1"}}


def expect(answer, is_fine, what):
    assert (answer[0] == 200) == is_fine and answer[0] in (200, 400), f"{what}: {answer[0]} {str(answer[1])[:200]}"


@check("limits")
def dimensions_and_names_of_indexes(world):
    for dimension, status in ((0, 400), (1, 201), (20_000, 201), (20_001, 400)):
        name = world.name(f"d{dimension}")
        world.indexes.append(name)
        answer = world.send("POST", world.host + "/indexes", {"name": name, "dimension": dimension, "spec": SPEC})
        same(answer[0], status, f"dimension {dimension}")
    for length, status in ((45, 201), (46, 400)):
        name = world.name("n" * (length - len(world.name(""))))
        world.indexes.append(name)
        same(world.send("POST", world.host + "/indexes", {"name": name, "dimension": 2, "spec": SPEC})[0], status, f"{length} letters")


@check("limits")
def records_of_an_upsert(world):
    index = world.create("limits", dimension=2)
    url = world.url("limits")

    def upsert(vectors, namespace=""):
        return world.send("POST", url + "/vectors/upsert", {"vectors": vectors, "namespace": namespace})

    for total in (999, 1_000, 1_001):
        expect(upsert([{"id": f"v{n}", "values": [1, 2]} for n in range(total)], f"many{total}"), total <= 1_000, f"{total} records")
    for length in (0, 1, 511, 512, 513):
        expect(upsert([{"id": "i" * length, "values": [1, 2]}]), 1 <= length <= 512, f"id of {length}")
        expect(upsert([{"id": "x", "values": [1, 2]}], "n" * length), length <= 512, f"namespace of {length}")
    around = len('{"text":""}')
    for size in (40_959, 40_960, 40_961):
        vector = {"id": "m", "values": [1, 2], "metadata": {"text": "x" * (size - around)}}
        # Without spaces, as the limit counts the bytes that were sent.
        body = (str({"vectors": [vector]}).replace("'", '"').replace(": ", ":").replace(", ", ",")).encode()
        expect(world.send("POST", url + "/vectors/upsert", body), size <= 40_960, f"metadata of {size} bytes")
    spaces = index.describe_index_stats().namespaces
    assert "many1001" not in spaces and spaces["many1000"].vector_count == 1_000


@check("limits")
def numbers_of_queries_fetches_and_listings(world):
    url = world.url("limits")
    for top_k in (0, 1, 9_999, 10_000, 10_001):
        answer = world.send("POST", url + "/query", {"topK": top_k, "vector": [1, 2]})
        expect(answer, 1 <= top_k <= 10_000, f"topK {top_k}")
    for total in (9_999, 10_000, 10_001):
        for operator in ("$in", "$nin"):
            body = {"topK": 1, "vector": [1, 2], "filter": {"a": {operator: list(range(total))}}}
            expect(world.send("POST", url + "/query", body), total <= 10_000, f"{operator} of {total}")
    for total in (1, 999, 1_000, 1_001):
        query = "&".join(f"ids=v{n}" for n in range(total))
        expect(world.send("GET", f"{url}/vectors/fetch?{query}"), total <= 1_000, f"fetch of {total}")
        body = {"ids": [f"gone{n}" for n in range(total)]}
        expect(world.send("POST", url + "/vectors/delete", body), total <= 1_000, f"deletion of {total}")
    for limit in (0, 1, 99, 100, 101):
        expect(world.send("GET", f"{url}/vectors/list?limit={limit}"), 1 <= limit <= 100, f"list of {limit}")
        expect(world.send("GET", f"{url}/namespaces?limit={limit}"), 1 <= limit <= 100, f"namespaces of {limit}")
    for length in (511, 512, 513):
        expect(world.send("GET", f"{url}/vectors/list?prefix={'p' * length}"), length <= 512, f"prefix of {length}")
    for limit in (0, 1, 9_999, 10_000, 10_001):
        body = {"filter": {"a": {"$exists": False}}, "limit": limit}
        expect(world.send("POST", url + "/vectors/fetch_by_metadata", body), 1 <= limit <= 10_000, f"fetch by metadata of {limit}")


@check("limits")
def values_of_sparse_vectors(world):
    index = world.create("limits-sparse", dimension=None)
    url = world.url("limits-sparse") + "/vectors/upsert"
    for total in (2_047, 2_048, 2_049):
        values = {"indices": list(range(total)), "values": [1] * total}
        expect(world.send("POST", url, {"vectors": [{"id": f"s{total}", "sparseValues": values}]}), total <= 2_048, f"{total} values")
    for indices in ([-1], [4_294_967_296], [1.5], [1, 1]):
        values = {"indices": indices, "values": [1] * len(indices)}
        expect(world.send("POST", url, {"vectors": [{"id": "bad", "sparseValues": values}]}), False, f"indices {indices}")
    same(count(index), 2)


@check("limits")
def filters_may_be_wide_and_not_bottomless(world):
    url = world.url("limits") + "/query"
    for total in (1_023, 1_024, 1_025):
        wide = {"$or": [{f"f{n % 50}": n} for n in range(total)]}
        expect(world.send("POST", url, {"topK": 1, "vector": [1, 2], "filter": wide}), total <= 1_024, f"{total} conditions")
    for depth in (15, 16, 17, 400, 100_000):
        text = b'{"topK":1,"vector":[1,2],"filter":' + b'{"$and":[' * depth + b'{"a":1}' + b"]}" * depth + b"}"
        expect(world.send("POST", url, text), depth <= 16, f"{depth} levels")


@check("limits")
def wide_vectors_at_the_size_that_pinecone_documents(world):
    index = world.create("limits-wide", dimension=3_072)
    random = world.random("wide")
    vectors = [(f"w{n}", [random.uniform(-1, 1) for _ in range(3_072)]) for n in range(30)]
    same(index.upsert(vectors=vectors).upserted_count, 30)
    same(index.query(vector=vectors[17][1], top_k=1).matches[0].id, "w17")
