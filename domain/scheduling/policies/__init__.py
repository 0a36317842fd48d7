"""The named scheduling policies: one dict per question, name → policy."""

from domain.scheduling.policies.account import Account as Account
from domain.scheduling.policies.account import Standing as Standing
from domain.scheduling.policies.allocators import ALLOCATORS as ALLOCATORS
from domain.scheduling.policies.allocators import Allocator as Allocator
from domain.scheduling.policies.allocators import drf as drf
from domain.scheduling.policies.allocators import first_come as first_come
from domain.scheduling.policies.facts import LEVEL_FACTS as LEVEL_FACTS
from domain.scheduling.policies.facts import ROW_FACTS as ROW_FACTS
from domain.scheduling.policies.facts import UnknownFacts as UnknownFacts
from domain.scheduling.policies.facts import facts_of as facts_of
from domain.scheduling.policies.facts import is_per_row as is_per_row
from domain.scheduling.policies.facts import looking_at as looking_at
from domain.scheduling.policies.facts import looks_at as looks_at
from domain.scheduling.policies.orderings import AGEING as AGEING
from domain.scheduling.policies.orderings import ORDERINGS as ORDERINGS
from domain.scheduling.policies.orderings import Ordering as Ordering
from domain.scheduling.policies.orderings import fifo as fifo
from domain.scheduling.policies.orderings import sjf as sjf
from domain.scheduling.policies.placements import PLACEMENTS as PLACEMENTS
from domain.scheduling.policies.placements import Placement as Placement
from domain.scheduling.policies.placements import best_fit as best_fit
from domain.scheduling.policies.placements import first_fit as first_fit
from domain.scheduling.policies.placements import spread as spread
