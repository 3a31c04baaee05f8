"""Sparse and hybrid searches against sums worked out here."""

from support import check, close, count, dot, ids, plain, refused, same, sparse


def random_sparse(random, vocabulary=40, most=8):
    return {random.randrange(vocabulary): round(random.uniform(0.1, 3), 3) for _ in range(random.randint(1, most))}


def product(a, b):
    return sum(value * b.get(index, 0) for index, value in a.items())


@check("sparse")
def a_sparse_index_ranks_by_inner_product(world):
    random = world.random("sparse")
    index = world.create("sparse", dimension=None)
    stored = {f"s{n}": random_sparse(random) for n in range(300)}
    index.upsert(vectors=[{"id": i, "sparse_values": sparse(v), "metadata": {"odd": int(i[1:]) % 2 == 1}} for i, v in stored.items()])
    for _ in range(20):
        query = random_sparse(random)
        for which, allowed in ((None, lambda i: True), ({"odd": True}, lambda i: int(i[1:]) % 2 == 1)):
            answer = index.query(sparse_vector=sparse(query), top_k=15, **({"filter": which} if which else {}))
            scores = sorted((product(v, query) for i, v in stored.items() if allowed(i) and product(v, query)), reverse=True)
            same(len(answer.matches), min(15, len(scores)))
            for match, score in zip(answer.matches, scores):
                close(match.score, score, "n-th best score")
                close(match.score, product(stored[match.id], query), f"score of {match.id}")
                assert allowed(match.id)


@check("sparse")
def sparse_records_are_fetched_changed_and_deleted(world):
    index = world.create("sparse-writes", dimension=None)
    index.upsert(vectors=[{"id": "a", "sparse_values": sparse({0: 1.5, 4294967295: 2.0}), "metadata": {"k": "v"}}])
    record = index.fetch(ids=["a"]).vectors["a"]
    same(dict(zip(record.sparse_values.indices, record.sparse_values.values)), {0: 1.5, 4294967295: 2.0})
    same(plain(record.metadata), {"k": "v"})
    index.update(id="a", sparse_values=sparse({7: 4.0}))
    same(ids(index.query(sparse_vector=sparse({4294967295: 1.0}), top_k=5)), [], "the old indices are gone")
    same(index.query(sparse_vector=sparse({7: 0.5}), top_k=5).matches[0].score, 2)
    index.delete(ids=["a"])
    same((ids(index.query(sparse_vector=sparse({7: 0.5}), top_k=5)), count(index)), ([], 0))


@check("sparse")
def a_hybrid_query_adds_both_products(world):
    random = world.random("hybrid")
    index = world.create("hybrid", dimension=4, metric="dotproduct")
    stored = {f"h{n}": ([random.gauss(0, 1) for _ in range(4)], random_sparse(random) if n % 3 else None) for n in range(200)}
    index.upsert(vectors=[{"id": i, "values": v, **({"sparse_values": sparse(s)} if s else {})} for i, (v, s) in stored.items()])
    for _ in range(20):
        dense, words = [random.gauss(0, 1) for _ in range(4)], random_sparse(random)
        reference = {i: dot(v, dense) + product(s or {}, words) for i, (v, s) in stored.items()}
        answer = index.query(vector=dense, sparse_vector=sparse(words), top_k=25)
        same(len(answer.matches), 25)
        for match, score in zip(answer.matches, sorted(reference.values(), reverse=True)):
            close(match.score, score, "n-th best sum", 1e-3)
            close(match.score, reference[match.id], f"sum of {match.id}", 1e-3)
        bare = index.query(vector=dense, top_k=5)
        close(bare.matches[0].score, max(dot(v, dense) for v, _ in stored.values()), "dense alone", 1e-3)


@check("sparse")
def sparse_values_need_an_index_for_them(world):
    index = world.create("dense-only", dimension=2)
    refused(400, index.upsert, vectors=[{"id": "a", "values": [1, 2], "sparse_values": sparse({1: 1.0})}])
    refused(400, index.query, vector=[1, 2], sparse_vector=sparse({1: 1.0}), top_k=1)
    refused(400, world.index("hybrid").query, sparse_vector=sparse({1: 1.0}), top_k=1)
    refused(400, world.index("sparse").upsert, vectors=[("a", [1, 2])])
    same(count(index), 0)
