"""The named eviction policies of caches: one dict, name → policy."""

from domain.artifacts.eviction import Fifo, Lru, MakeEviction
from domain.artifacts.eviction_by_value import Gdsf, Lfu
from domain.artifacts.eviction_s3fifo import S3Fifo
from domain.artifacts.eviction_sieve import Sieve

EVICTIONS: dict[str, MakeEviction] = {
    "lru": Lru,
    "lfu": Lfu,
    "fifo": Fifo,
    "s3-fifo": S3Fifo,
    "sieve": Sieve,
    "gdsf": Gdsf,
}
