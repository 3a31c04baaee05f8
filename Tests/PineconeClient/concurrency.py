"""Many callers at once: threads, the client's own pool, and asyncio."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from support import SPEC, Skipped, check, count, ids, listed, same


@check("threads")
def every_writer_reads_its_own_writes(world):
    index = world.create("threads", dimension=8)
    random = world.random("threads")
    vectors = [[random.gauss(0, 1) for _ in range(8)] for _ in range(240)]

    def turn(n):
        index.upsert(vectors=[(f"t{n}", vectors[n], {"n": n})])
        assert index.fetch(ids=[f"t{n}"]).vectors[f"t{n}"].metadata["n"] == n
        return ids(index.query(vector=vectors[n], top_k=1))[0] == f"t{n}" and ids(index.query(id=f"t{n}", top_k=1, filter={"n": n})) == [f"t{n}"]

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(turn, range(240))), "a record was not the nearest to itself"
    same((count(index), len(listed(index))), (240, 240))


@check("threads")
def writers_of_one_record_leave_one_of_their_records(world):
    index = world.index("threads")

    def turn(n):
        index.upsert(vectors=[("shared", [1, n] + [0.5] * 6, {"n": n, "again": n})], namespace="race")
        if n % 3 == 0:
            index.delete(ids=["shared"], namespace="race")

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(turn, range(120)))
    index.upsert(vectors=[("last", [1] * 8)], namespace="race")
    there = index.fetch(ids=["shared"], namespace="race").vectors
    same(count(index, "race"), 1 + len(there))
    if there:
        record = there["shared"]
        same((record.values[1], record.metadata["again"]), (record.metadata["n"], record.metadata["n"]), "parts of one write")


@check("threads")
def the_pool_of_the_client_is_served(world):
    index = world.index("threads", pool_threads=8)
    batches = [[(f"p{k}.{n}", [k + 1, n] + [0.25] * 6) for n in range(60)] for k in range(20)]
    results = [index.upsert(vectors=batch, namespace="pool", async_req=True) for batch in batches]
    same(sum((r.get() if hasattr(r, "get") else r.result()).upserted_count for r in results), 1_200)
    same(count(index, "pool"), 1_200)


@check("async")
def asyncio_from_creation_to_deletion(world):
    try:
        from pinecone import PineconeAsyncio
    except ImportError as error:
        raise Skipped(str(error)) from error

    async def life():
        name = world.name("async")
        world.indexes.append(name)
        async with PineconeAsyncio(api_key=world.key, host=world.host) as client:
            await client.create_index(name=name, dimension=2, metric="euclidean", spec=SPEC, timeout=30)
            host = (await client.describe_index(name)).host
            async with client.IndexAsyncio(host=host) as index:
                batches = [[(f"a{k}-{n}", [float(k), float(n)], {"k": k}) for n in range(1, 21)] for k in range(1, 11)]
                written = await asyncio.gather(*[index.upsert(vectors=batch, namespace="n") for batch in batches])
                same(sum(one.upserted_count for one in written), 200)
                answers = await asyncio.gather(
                    *[index.query(vector=[float(k), 7.0], top_k=3, namespace="n", filter={"k": k}) for k in range(1, 11)])
                for k, answer in enumerate(answers, 1):
                    same((answer.matches[0].id, answer.matches[0].score), (f"a{k}-7", 0))
                found = [item if isinstance(item, str) else item.id async for page in index.list(namespace="n", prefix="a3-") for item in page]
                same(found, sorted(f"a3-{n}" for n in range(1, 21)))
                await index.update(id="a3-7", set_metadata={"k": 99}, namespace="n")
                same((await index.fetch(ids=["a3-7"], namespace="n")).vectors["a3-7"].metadata["k"], 99)
                await index.delete(filter={"k": {"$lt": 5}}, namespace="n")
                same((await index.describe_index_stats()).namespaces["n"].vector_count, 121)
            await client.delete_index(name, timeout=30)
            same(await client.has_index(name), False)

    asyncio.run(life())
