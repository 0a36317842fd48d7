"""The part of a scenario file about artifacts, caches and images: the stores, and what jobs of a class do with them.

No distribution of cache hits, cache sizes or artifact sizes in CI is published: sizes, times saved and shares have no
defaults that could pass for facts, and where there is one it says whose.
"""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.draws import Model, Number
from scenarios.names import Name, Text
from scenarios.quantities import Bandwidth, DurationUs, Mebibytes, PositiveDurationUs, RatePerHour

Eviction = Literal["lru", "lfu", "fifo", "s3-fifo", "sieve", "gdsf"]
Fraction = Annotated[Number, Field(ge=0, le=1)]


class CacheStoreSpec(Model):
    """Where caches are kept."""

    capacity: Mebibytes = Field(10 * 1024, description="room for entries; 10GiB is what GitHub gives a repository")
    per: Literal["tenant", "fleet"] = Field("tenant", description="room for each tenant, or one for all of them")
    eviction: Eviction = Field("lru", description="what goes when there is no room")


class ImageSpec(Model):
    """A container image: layers that nodes keep."""

    layers: Annotated[dict[Name, Mebibytes], Field(min_length=1)] = Field(
        description="name → compressed size; a layer of one name is the same layer in every image"
    )


class Stores(Model):
    """Where artifacts, caches and images lie, and how fast bytes move from there.

    Transfers do not share: each gets all of `bandwidth`, however many there are at once.
    """

    bandwidth: Bandwidth = Field(50 << 10, description="of one transfer of an artifact or a cache; an assumption")
    latency: DurationUs = Field(200_000, description="before the first byte of a transfer; an assumption")
    image_bandwidth: Bandwidth = Field(
        50 << 10, description="of one image pull; 25 to 100 MB/s are reported of registries"
    )
    cache: CacheStoreSpec = Field(CacheStoreSpec(), description="where caches are kept")
    images: dict[Name, ImageSpec] = Field({}, description="name → its layers")
    node_disk_cache: Mebibytes = Field(
        20 * 1024, description="room on each node for layers and caches, least recently used go first; an assumption"
    )
    retention: DurationUs = Field(
        90 * 86_400_000_000, description="artifacts expire so long after their pipeline has ended; GitHub's default"
    )
    promoted_retention: PositiveDurationUs | None = Field(
        None, description="the same for promoted artifacts; left out: they stay for ever"
    )
    collection_period: PositiveDurationUs = Field(
        3_600_000_000, description="so often what has expired is looked for and collected"
    )
    quota: Mebibytes | None = Field(
        None, description="room for artifacts: above it the oldest expire early, and then uploads fail"
    )
    corrupt_uploads: Fraction = Field(0.0, description="share of uploads that arrive damaged: the attempt fails")
    default_ref: Name = Field("main", description="the branch whose caches all others may restore")


class CacheUse(Model):
    """One cache of a job: restored before its work, saved after it unless exactly this key was found.

    In keys `{ref}` is the branch, `{label}` the class, and `{lock}` a number that grows when dependencies change.
    """

    key: Text = Field(description="what is looked for exactly, and saved under; newest with it as prefix otherwise")
    restore: tuple[Text, ...] = Field((), description="prefixes to look for next, in order; the newest match wins")
    size: Mebibytes = Field(description="of an entry")
    saves: DurationUs = Field(0, description="by how much a hit shortens the work: `duration` is that without a cache")
    saves_on_prefix: DurationUs | None = Field(
        None, description="the same when only a prefix was found; left out: half of `saves`, an assumption"
    )
    changes: RatePerHour | None = Field(
        None, description="how often `{lock}` changes for each tenant, at random; left out: never"
    )


class Produced(Model):
    """An artifact that a job uploads when its work succeeds."""

    size: Mebibytes = Field(description="of what is uploaded")
    unique: Fraction = Field(
        1.0, description="share of uploads whose content is new; the rest equal the one before of job and tenant"
    )


class ArtifactUse(Model):
    """What a job makes and needs."""

    produces: dict[Name, Produced] = Field({}, description="name → what it uploads")
    consumes: tuple[Name, ...] = Field((), description="artifacts of the classes under `needs` that it downloads")
