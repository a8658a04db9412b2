use crate::draw::{Draw, Purpose};
use crate::item::Kind;
use crate::ring::Ring;

/// In what part somebody is in an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Whose item it is.
    Owner,
    /// The other person inside.
    Colleague,
    /// Somebody inside who is mentioned and takes no part.
    Third,
    /// The other person, outside.
    Outsider,
    /// Who posted it.
    Administrator,
}

impl Role {
    /// Every role.
    pub(crate) const ALL: [Self; 5] =
        [Self::Owner, Self::Colleague, Self::Third, Self::Outsider, Self::Administrator];
}

/// Who is in which item, both ways.
///
/// The members stand in a ring. Item 0 belongs to the first, item 1 to the next, and so round and round; the other
/// roles of an item go to whoever stands a number of places further on, another number in each round of each kind.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    ring: Ring,
    shifts: [[Shift; Role::ALL.len()]; Kind::ALL.len()],
}

/// How many places beyond the owner a role stands: in the first round, and how much that grows with each.
#[derive(Clone, Copy, Debug)]
struct Shift {
    first: u64,
    step: u64,
}

impl Cast {
    /// A ring of `count` members, at least one.
    pub(crate) fn new(seed: u64, number: u64, count: u32) -> Self {
        let mut draw = Draw::new(seed, Purpose::Ring, number);
        let ring = Ring::new(count.into(), &mut draw);
        let mut shift = || Shift { first: draw.below(ring.size()), step: draw.below(ring.size()) };
        let shifts = Kind::ALL.map(|_| Role::ALL.map(|_| shift()));
        Self { ring, shifts }
    }

    /// Who plays `role` in item `number` of `kind`.
    pub(crate) fn member(&self, kind: Kind, role: Role, number: u64) -> u32 {
        let round = number / self.ring.size();
        index(self.ring.at(number % self.ring.size() + self.shift(kind, role, round)))
    }

    /// In which of the first `count` items of `kind` `member` plays `role`.
    pub(crate) fn numbers(
        &self,
        kind: Kind,
        role: Role,
        member: u32,
        count: u64,
    ) -> impl Iterator<Item = u64> + '_ {
        let size = self.ring.size();
        let place = self.ring.place_of(member.into());
        // A member beyond the ring is in nothing.
        let rounds = if u64::from(member) < size { count.div_ceil(size) } else { 0 };
        let number = move |round| round * size + (place + size - self.shift(kind, role, round)) % size;
        (0..rounds).map(number).filter(move |number| *number < count)
    }

    /// How many places beyond the owner `role` stands; below the size, and not zero where there is anybody else.
    fn shift(&self, kind: Kind, role: Role, round: u64) -> u64 {
        let others = self.ring.size() - 1;
        if role == Role::Owner || others == 0 {
            return 0;
        }
        let Shift { first, step } = self.shifts[kind as usize][role as usize];
        // Rounds and steps are below 2^32, so the product fits.
        1 + (first + round * step % others) % others
    }
}

/// Members are numbered from zero to below 2^32.
fn index(member: u64) -> u32 {
    u32::try_from(member).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_an_item_is_in_the_list_of_those_items() {
        for size in [1, 2, 5, 12] {
            let cast = Cast::new(9, 0, size);
            for (kind, role) in Kind::ALL.into_iter().flat_map(|kind| Role::ALL.map(|role| (kind, role))) {
                let mut found: Vec<_> = (0..size)
                    .flat_map(|member| cast.numbers(kind, role, member, 40).map(move |it| (it, member)))
                    .collect();
                found.sort_unstable();
                let expected: Vec<_> = (0..40).map(|it| (it, cast.member(kind, role, it))).collect();
                assert_eq!(found, expected, "{size}, {kind:?}, {role:?}");
            }
        }
    }

    #[test]
    fn the_other_is_never_the_owner() {
        let cast = Cast::new(9, 0, 7);
        for number in 0..100 {
            let owner = cast.member(Kind::Chat, Role::Owner, number);
            assert_ne!(owner, cast.member(Kind::Chat, Role::Colleague, number), "{number}");
        }
    }

    #[test]
    fn whoever_is_not_there_is_in_nothing() {
        assert_eq!(Cast::new(9, 0, 7).numbers(Kind::Chat, Role::Owner, 7, 100).count(), 0);
    }
}
