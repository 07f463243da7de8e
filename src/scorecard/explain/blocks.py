"""The layout of the tables: small subtrees, the decisions behind their states, their leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scorecard.explain.decisions import Bytes, Floats, Ints
from scorecard.explain.forest import Forest
from scorecard.explain.leaves import Leaves
from scorecard.explain.shares import pattern_shares


@dataclass(frozen=True, slots=True)
class Blocks:
    """Every block's decisions and features, and its leaves.

    ``decisions`` has shape (bits, blocks), the decision behind each bit of a block's state;
    ``features`` (blocks, slots) the features it contributes to, −1 for an empty slot. ``block`` and
    ``rank`` tell of each leaf its block and its place in it; ``bit`` (leaves, conditions) the bit
    of each of its conditions, ``slot`` (leaves, places) the slot of each of its features.
    """

    decisions: Ints
    features: Ints
    leaves: Leaves
    block: Ints
    rank: Ints
    bit: Bytes
    slot: Ints

    @property
    def states(self) -> int:
        """Number of states of a block."""
        return 1 << len(self.decisions)

    @classmethod
    def of(cls, forest: Forest) -> Blocks:
        """Cut a forest into blocks."""
        # One bit more than the deepest path lets the lowest two levels of a tree share a block.
        bits = forest.depth + 1
        blocks = [b for tree in forest.trees for b in tree.blocks(bits) if b[0].path]
        asked = [sorted({step.decision for leaf in b for step in leaf.path}) for b in blocks]
        told = [sorted({step.feature for leaf in b for step in leaf.path}) for b in blocks]
        decisions = np.full((bits, len(blocks)), forest.decisions.blank, dtype=np.intp)
        features = np.full((len(blocks), max(map(len, told), default=1)), -1, dtype=np.intp)
        for b, (mine, its) in enumerate(zip(asked, told, strict=True)):
            decisions[: len(mine), b] = mine
            features[b, : len(its)] = its
        leaves = Leaves.of([leaf for b in blocks for leaf in b])
        block = np.repeat(np.arange(len(blocks)), [len(b) for b in blocks])
        rank = np.array([i for b in blocks for i in range(len(b))], dtype=np.intp)
        bit = np.zeros(leaves.decision.shape, dtype=np.uint8)
        slot = np.full(leaves.features.shape, -1, dtype=np.intp)
        for i, b in enumerate(block.tolist()):
            bit[i] = [asked[b].index(each) for each in leaves.decision[i].tolist()]
            slot[i] = [told[b].index(f) if f >= 0 else -1 for f in leaves.features[i].tolist()]
        return cls(decisions, features, leaves, block, rank, bit, slot)

    def state(self, left: Bytes) -> Bytes:
        """Return each block's state, shape (blocks, rows), of decisions (decisions + 1, rows)."""
        state: Bytes = left.take(self.decisions[0], axis=0)
        for bit, asked in enumerate(self.decisions[1:], start=1):
            state |= left.take(asked, axis=0) << np.uint8(bit)
        return state

    def table(self, background: Bytes) -> Floats:
        """Return what each block in each state contributes, shape (blocks, states, slots).

        ``background`` holds the background's decisions, shape (decisions + 1, m).
        """
        table = np.zeros((len(self.features), self.states, self.features.shape[1]))
        if len(self.leaves) == 0:
            return table
        own, patterns = self.leaves.own, 1 << self.slot.shape[1]
        failed = self._failed()
        seen = self.leaves.failed(background)
        cells = np.arange(len(self.leaves))[:, None] * patterns + seen
        counts = np.bincount(cells.ravel(), minlength=len(self.leaves) * patterns)
        counts = counts.reshape(-1, patterns)
        for d in np.unique(own):
            chosen = np.flatnonzero(own == d)
            given = pattern_shares(int(d))
            leaf_table = np.zeros((len(chosen), 1 << d, d))
            for z in range(1 << d):
                leaf_table += counts[chosen, z, None, None] * given[:, z]
            leaf_table *= (self.leaves.value[chosen] / background.shape[1])[:, None, None]
            # Leaves of one rank lie in different blocks, so no cell is written twice at once.
            for rank in np.unique(self.rank[chosen]):
                some = np.flatnonzero(self.rank[chosen] == rank)
                leaf = chosen[some]
                mine = leaf_table[some[:, None], failed[leaf]]
                for k in range(d):
                    table[self.block[leaf], :, self.slot[leaf, k]] += mine[:, :, k]
        return table

    def leaf_values(self) -> Floats:
        """Return the value of the leaf that each block's state reaches (0: none of its leaves).

        Shape (blocks, states).
        """
        values = np.zeros((len(self.features), self.states))
        reached = self._failed() == 0
        for rank in np.unique(self.rank):
            some = np.flatnonzero(self.rank == rank)
            values[self.block[some]] += np.where(reached[some], self.leaves.value[some, None], 0.0)
        return values

    def _failed(self) -> Bytes:
        """Return which of its features' conditions each leaf sees failed in each state (bits)."""
        state = np.arange(self.states, dtype=np.uint16)
        failed = np.zeros((len(self.leaves), self.states), dtype=np.uint8)
        for j in range(self.bit.shape[1]):
            want, about, bit = self.leaves.want[:, j], self.leaves.about[:, j], self.bit[:, j]
            wrong = ((state >> bit[:, None]) & 1) ^ want[:, None]
            failed |= wrong.astype(np.uint8) << about[:, None]
        return failed
