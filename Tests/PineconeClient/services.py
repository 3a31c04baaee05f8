"""Backups and restores; models, embedding, reranking and records of text."""

import time

from pinecone.exceptions import NotFoundException

from support import MAJOR, SPEC, check, control_error, cosine, count, plain, refused, same


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


@check("backups")
def a_backup_keeps_what_was_and_is_restored_to_another_index(world):
    client, index = world.client, world.create("backup", dimension=2, metric="dotproduct", tags={"team": "a"})
    index.upsert(vectors=[{"id": "a", "values": [1, 2], "sparse_values": {"indices": [5], "values": [2.0]}, "metadata": {"m": ["x", "y"]}}], namespace="n")
    index.upsert(vectors=[(f"b{n}", [n, 1]) for n in range(1, 51)])
    backup = client.create_backup(index_name=world.name("backup"), backup_name="before", description="of two namespaces")
    index.upsert(vectors=[("late", [5, 5])], namespace="n")
    index.delete(delete_all=True)
    until(lambda: client.describe_backup(backup_id=backup.backup_id).status == "Ready")
    described = client.describe_backup(backup_id=backup.backup_id)
    same((described.name, described.record_count, described.namespace_count), ("before", 51, 2))
    assert backup.backup_id in [one.backup_id for one in client.list_backups(index_name=world.name("backup"))]
    world.indexes.append(world.name("restored"))
    client.create_index_from_backup(name=world.name("restored"), backup_id=backup.backup_id, timeout=30)
    restored = world.index("restored")
    until(lambda: count(restored) == 50)
    same(sorted(restored.fetch(ids=["a", "late"], namespace="n").vectors), ["a"])
    record = restored.fetch(ids=["a"], namespace="n").vectors["a"]
    same((list(record.values), plain(record.metadata)), ([1, 2], {"m": ["x", "y"]}))
    same(list(record.sparse_values.indices), [5])
    both = restored.query(vector=[1, 1], sparse_vector={"indices": [5], "values": [10.0]}, top_k=1, namespace="n")
    same(both.matches[0].score, 23)
    assert backup.backup_id in [job.backup_id for job in client.list_restore_jobs()]
    client.delete_backup(backup_id=backup.backup_id)
    try:
        client.describe_backup(backup_id=backup.backup_id)
        raise AssertionError("a deleted backup is described")
    except NotFoundException:
        pass
    same(count(restored), 50, "what was restored does not hang on its backup")


@check("backups")
def backups_of_nothing_are_not_found(world):
    for call in (
        lambda: world.client.create_backup(index_name=world.name("missing"), backup_name="x"),
        lambda: world.client.describe_backup(backup_id="00000000-0000-0000-0000-000000000000"),
    ):
        refused(404, call)


def model(world, kind):
    return next(m.model for m in world.client.inference.list_models() if m.type == kind and getattr(m, "vector_type", None) != "sparse")


@check("inference")
def texts_of_like_meaning_have_near_vectors(world):
    name = model(world, "embed")
    texts = ["a dragon breathing fire", "a fire-breathing lizard monster", "quarterly tax report"]
    answer = world.client.inference.embed(model=name, inputs=texts, parameters={"input_type": "passage", "truncate": "END"})
    vectors = [list(item.values) for item in answer.data]
    assert cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.1
    again = world.client.inference.embed(model=name, inputs=texts[:1], parameters={"input_type": "passage"})
    same(list(again.data[0].values), vectors[0], "the same text has the same vector")
    control_error(world.send("POST", world.host + "/embed", {"model": "no-such-model", "inputs": [{"text": "x"}]}), 404, "NOT_FOUND")


@check("inference")
def the_reranker_puts_what_answers_first(world):
    documents = ["Apples are a fruit.", "The capital of France is Paris.", "Cars need fuel."]
    answer = world.client.inference.rerank(model=model(world, "rerank"), query="What is the capital of France?", documents=documents, top_n=2)
    same((len(answer.data), answer.data[0].index), (2, 1))
    assert answer.data[0].score >= answer.data[1].score
    named = [{"id": str(n), "body": text} for n, text in enumerate(documents)]
    answer = world.client.inference.rerank(
        model=model(world, "rerank"), query="fruit", documents=named, rank_fields=["body"], return_documents=True)
    same((answer.data[0].index, answer.data[0].document["id"]), (0, "0"))


@check("inference")
def records_of_text_are_embedded_stored_searched_and_reranked(world):
    world.indexes.append(world.name("text"))
    world.client.create_index_for_model(
        name=world.name("text"), cloud="aws", region="us-east-1", embed={"model": model(world, "embed"), "field_map": {"text": "body"}}, timeout=30)
    index = world.index("text")
    texts = {"fox": "a quick brown fox jumps over a dog", "ship": "a ship crosses the stormy sea", "bread": "how to bake bread at home"}
    records = [{"_id": i, "body": text, "words": len(text.split())} for i, text in texts.items()]
    if MAJOR < 9:
        index.upsert_records("n", records)
    else:
        index.upsert_records(records=records, namespace="n")
    same(count(index, "n"), 3)

    def search(text, **options):
        query = {"inputs": {"text": text}, "top_k": 3, **options.pop("query", {})}
        return index.search(namespace="n", query=query, **options).result.hits

    def id_of(hit):
        return hit["_id"] if MAJOR < 9 else hit.id

    for text, expected in (("waves of the ocean and sailors", "ship"), ("dough, flour and an oven", "bread")):
        same(id_of(search(text)[0]), expected, text)
    same(dict(search("an animal", fields=["words"])[0].fields), {"words": 8})
    same(dict(search("an animal")[0].fields), {"body": texts["fox"], "words": 8}, "all fields without a choice")
    same([id_of(hit) for hit in search("an animal", query={"filter": {"words": {"$lt": 8}}}) if id_of(hit) == "fox"], [])
    ranked = search("bread", rerank={"model": model(world, "rerank"), "rank_fields": ["body"], "top_n": 1})
    same([id_of(hit) for hit in ranked], ["bread"])
