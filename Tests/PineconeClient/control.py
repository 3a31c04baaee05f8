"""Indexes: made, described, listed, changed and deleted, in both dialects."""

from pinecone.exceptions import NotFoundException

from support import MAJOR, SPEC, check, control_error, count, needs, refused, same


@check("control")
def an_index_of_each_metric_is_described_as_it_was_made(world):
    for metric in ("cosine", "dotproduct", "euclidean"):
        world.create("make-" + metric, dimension=5, metric=metric)
        made = world.client.describe_index(world.name("make-" + metric))
        same((made.name, made.dimension, made.metric), (world.name("make-" + metric), 5, metric))
        same((made.status["ready"], made.status["state"]), (True, "Ready"), "ready when the call returns")
        same(made.deletion_protection, "disabled")


@check("control")
def names_and_hosts_lead_to_the_same_index(world):
    name = world.name("make-cosine")
    by_name = world.client.Index(name)
    by_host = world.client.Index(host=world.client.describe_index(name).host)
    by_name.upsert(vectors=[("a", [1.0, 2.0, 3.0, 4.0, 5.0])])
    same(count(by_host), 1, "written through one, seen through the other")
    by_host.delete(ids=["a"])
    same(count(by_name), 0)


@check("control")
def listing_knows_what_is_there(world):
    names = list(world.client.list_indexes().names())
    for metric in ("cosine", "dotproduct", "euclidean"):
        assert world.name("make-" + metric) in names
        assert world.client.has_index(world.name("make-" + metric))
    assert not world.client.has_index(world.name("never"))


@check("control")
def tags_merge_and_empty_ones_go(world):
    world.create("tags", tags={"a": "1", "b": "2"})
    world.client.configure_index(world.name("tags"), tags={"b": "", "c": "3"})
    tags = world.client.describe_index(world.name("tags")).tags
    same(dict(tags.to_dict() if hasattr(tags, "to_dict") else tags), {"a": "1", "c": "3"})


@check("control")
def a_protected_index_stays(world):
    world.create("safe", deletion_protection="enabled")
    name = world.name("safe")
    refused(403, world.client.delete_index, name, timeout=-1)
    same(world.client.describe_index(name).deletion_protection, "enabled")
    world.client.configure_index(name, deletion_protection="disabled")
    world.client.delete_index(name, timeout=30)
    assert not world.client.has_index(name)


@check("control")
def a_name_is_free_again_after_deletion(world):
    index = world.create("again", dimension=2)
    index.upsert(vectors=[("a", [1, 2])])
    world.client.delete_index(world.name("again"), timeout=30)
    try:
        world.client.describe_index(world.name("again"))
        raise AssertionError("a deleted index is described")
    except NotFoundException:
        pass
    fresh = world.create("again", dimension=4)
    stats = fresh.describe_index_stats()
    same((stats.dimension, stats.total_vector_count), (4, 0), "nothing of the old one")


@check("control")
def each_dialect_describes_the_same_index(world):
    url = f"{world.host}/indexes/{world.name('make-euclidean')}"
    status, spec = world.send("GET", url, version="2025-04")
    same((status, spec["dimension"], spec["metric"], spec["vector_type"]), (200, 5, "euclidean", "dense"))
    place = spec["spec"]["serverless"]
    same((place["cloud"], place["region"]), ("aws", "us-east-1"))
    status, schema = world.send("GET", url, version="2026-07")
    fields = list(schema["schema"]["fields"].values())
    same([(f["type"], f["dimension"], f["metric"]) for f in fields], [("dense_vector", 5, "euclidean")])
    same((schema["deployment"]["deployment_type"], schema["host"]), ("managed", spec["host"]))
    assert "dimension" not in schema and "schema" not in spec


@check("control")
def a_schema_of_2026_07_makes_an_index(world):
    needs(10)
    name = world.name("schema")
    world.indexes.append(name)
    world.client.indexes.create(
        name=name, schema={"fields": {"_values": {"type": "dense_vector", "dimension": 2, "metric": "dotproduct"}}}, timeout=30)
    same(world.client.describe_index(name).schema.fields["_values"].dimension, 2)
    index = world.index("schema")
    index.upsert(vectors=[("a", [3, 4])])
    same(index.query(vector=[1, 1], top_k=1).matches[0].score, 7)


@check("control")
def a_sparse_index_has_no_dimension(world):
    world.create("thin", dimension=None)
    made = world.client.describe_index(world.name("thin"))
    if MAJOR < 10:
        same((made.dimension, made.metric, made.vector_type), (None, "dotproduct", "sparse"))
    else:
        same([type(field).__name__ for field in made.schema.fields.values()], ["SparseVectorField"])


@check("control")
def an_index_that_exists_is_not_made_twice(world):
    refused(409, world.client.create_index, name=world.name("tags"), dimension=3, spec=SPEC, timeout=-1)
    control_error(world.send("POST", world.host + "/indexes", {"name": "No_Name", "dimension": 1}), 400, "INVALID_ARGUMENT")


@check("control")
def what_is_left_out_says_so(world):
    status, answer = world.send("GET", world.host + "/collections")
    same((status, answer), (200, {"collections": []}))
    control_error(world.send("POST", world.host + "/collections", {"name": "c", "source": "s"}), 400, "INVALID_ARGUMENT")
    control_error(world.send("GET", f"{world.host}/indexes/{world.name('tags')}/backup-schedules"), 501, "UNIMPLEMENTED")
