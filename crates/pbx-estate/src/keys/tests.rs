mod lab;
mod owned;

use std::collections::BTreeMap;

use pbx_kernel::CipherError;
use proptest::prelude::*;

use self::lab::Lab;
use super::*;

fn allot(lab: &mut Lab, count: u32) -> usize {
    let make = |tree: &mut KeyTree<'_>| (0..count).for_each(|_| drop(tree.allot().expect("a slot")));
    lab.commit(make).1
}

fn destroy(lab: &mut Lab, slot: u32) -> (bool, usize) {
    lab.commit(|tree| tree.destroy(Slot(slot)).expect("readable"))
}

fn sealed() -> Error {
    Error::Sealed { table: "keys", source: CipherError }
}

#[test]
fn a_slot_is_a_number_below_the_count() {
    assert_eq!(Slot::COUNT, 16_777_216);
    assert_eq!(Slot::new(Slot::COUNT - 1).map(Slot::number), Some(Slot::COUNT - 1));
    assert_eq!(Slot::new(Slot::COUNT), None);
    assert_eq!(serde_json::from_str::<Slot>("7").ok(), Slot::new(7));
    assert!(serde_json::from_str::<Slot>("16777216").is_err());
}

#[test]
fn an_allotted_slot_keeps_its_key_and_gets_no_second() {
    let mut lab = Lab::new();
    let ((first, key), _) = lab.commit(|tree| tree.allot().expect("a slot"));
    let ((second, other), _) = lab.commit(|tree| tree.allot().expect("a slot"));
    assert!(first != second && key != other);
    assert_eq!(lab.key(first), Ok(Some(key)));
    assert_eq!(lab.key(second), Ok(Some(other)));
    assert_eq!(destroy(&mut lab, first.number()), (true, 4));
    assert_eq!(destroy(&mut lab, first.number()), (false, 0), "nothing to do, and nothing done");
    assert_eq!(lab.key(first), Ok(None));
    let ((third, _), _) = lab.commit(|tree| tree.allot().expect("a slot"));
    assert_eq!(third, Slot(2), "no slot twice");
    assert!(lab.look(|tree| tree.was_allotted(first) && !tree.was_allotted(Slot(3))));
}

#[test]
fn the_last_slot_is_the_last() {
    let mut lab = Lab::beginning_at(Slot::COUNT - 1);
    let ((slot, key), _) = lab.commit(|tree| tree.allot().expect("a slot"));
    assert_eq!((slot.number(), lab.key(slot)), (Slot::COUNT - 1, Ok(Some(key))));
    assert_eq!(lab.look(|tree| tree.allot().err()), Some(Error::NoSlotLeft));
}

#[test]
fn an_emptied_node_leaves_no_row_and_may_come_back() {
    let mut lab = Lab::new();
    allot(&mut lab, 2);
    for slot in [0, 1] {
        destroy(&mut lab, slot);
    }
    assert_eq!(lab.memory.rows.len(), 1, "only the root");
    let ((slot, key), changes) = lab.commit(|tree| tree.allot().expect("a slot"));
    assert_eq!((slot, changes), (Slot(2), 4));
    assert_eq!(lab.key(slot), Ok(Some(key)));
    // Emptied and filled again within one batch.
    let again = |tree: &mut KeyTree<'_>| {
        tree.destroy(slot).expect("readable");
        tree.allot().expect("a slot")
    };
    let ((slot, key), _) = lab.commit(again);
    assert_eq!(lab.key(slot), Ok(Some(key)));
}

#[test]
fn allotting_many_seals_each_node_once() {
    let mut lab = Lab::new();
    assert_eq!(allot(&mut lab, 100_000), 1_563 + 25 + 1 + 1);
    assert_eq!(allot(&mut lab, 1), 2, "later, the leaf and the root with its counter");
}

#[test]
fn an_erasure_writes_as_many_nodes_however_many_there_are() {
    for count in [1, 1_000, 1_000_000] {
        let mut lab = Lab::new();
        allot(&mut lab, count);
        let reads = lab.memory.reads.get();
        assert_eq!(destroy(&mut lab, count / 2), (true, 4), "{count} slots");
        // Once refused for want of a generation and once done; the lab itself looks at the root three times.
        assert_eq!(lab.memory.reads.get() - reads, 4 + 4 + 3, "{count} slots");
    }
}

#[test]
fn a_tree_in_memory_stays_small_while_it_is_read() {
    let mut lab = Lab::new();
    allot(&mut lab, 300_000);
    let loaded = lab.look(|tree| {
        for slot in (0..300_000).step_by(64) {
            assert!(tree.key(Slot(slot)).expect("readable").is_some());
        }
        tree.rows.loaded
    });
    assert!(loaded <= NODES_MAX + DEPTH as usize, "{loaded} nodes");
}

#[test]
fn a_destroyed_key_needs_a_generation_that_sealed_no_root_before() {
    let mut lab = Lab::new();
    allot(&mut lab, 3);
    let destroy = |slot| move |tree: &mut KeyTree<'_>| tree.destroy(Slot(slot)).expect("readable");
    assert_eq!(lab.attempt(&destroy(0)).err(), Some(Error::GenerationNeeded));
    let begun = lab.begin();
    let (there, changes) = lab.attempt(&destroy(0)).expect("with a new generation");
    assert!(there);
    changes.into_iter().for_each(|change| lab.apply(change, true));
    assert_eq!(lab.look(|tree| tree.generation()), Some(begun));
    // Not settled yet: the begun generation has sealed a root that leads to slot 1.
    assert_eq!(lab.attempt(&destroy(1)).err(), Some(Error::GenerationNeeded));
    lab.settle();
    assert_eq!(super::tests::destroy(&mut lab, 1), (true, 4));
}

#[test]
fn what_destroys_nothing_stays_in_its_generation() {
    let mut lab = Lab::new();
    allot(&mut lab, 1);
    lab.begin();
    let (_, changes) = lab.attempt(&|tree: &mut KeyTree<'_>| tree.allot().is_ok()).expect("changes");
    changes.into_iter().for_each(|change| lab.apply(change, true));
    assert_eq!(lab.look(|tree| (tree.generation(), tree.destroys())), (Some(Generation(0)), false));
}

#[test]
fn a_damaged_tree_is_an_error_and_not_an_empty_one() {
    let mut lab = Lab::new();
    allot(&mut lab, 1);
    let rows: Vec<_> = lab.memory.rows.keys().cloned().collect();
    assert_eq!(rows.len(), 4);
    for row in &rows {
        let original = lab.memory.rows[row].clone();
        for byte in 0..original.len() {
            lab.memory.rows.get_mut(row).expect("a row")[byte] ^= 1;
            assert_eq!(lab.key(Slot(0)), Err(sealed()), "{row:?}, byte {byte}");
            lab.memory.rows.insert(row.clone(), original.clone());
        }
        lab.memory.rows.remove(row);
        assert_eq!(lab.key(Slot(0)), Err(Error::Missing { table: "keys" }), "{row:?} is missing");
        lab.memory.rows.insert(row.clone(), original);
    }
    assert!(lab.key(Slot(0)).expect("as it was").is_some());
    assert_eq!(lab.key(Slot(1)), Ok(None), "never allotted is no damage");
}

#[test]
fn a_node_that_is_none_is_refused() {
    let check = |bytes: &[u8], is_node| assert_eq!(Node::from_bytes(bytes).is_ok(), is_node, "{bytes:?}");
    let node = |present: u64, keys: usize| [present.to_be_bytes().to_vec(), vec![7; keys]].concat();
    check(&node(0, 0), true);
    check(&node(0b101, 64), true);
    check(&node(u64::MAX, 2_048), true);
    check(&node(0b101, 32), false);
    check(&node(0b1, 64), false);
    check(&node(0b1, 31), false);
    check(&[0; 7], false);
    let largest = Node::BYTES_MAX + 4 + pbx_vault::SiteCipher::OVERHEAD_BYTES + 8;
    assert!(largest <= pbx_kernel::Batch::VALUE_BYTES_MAX);
}

#[test]
fn an_earlier_row_in_a_later_tree_is_damage() {
    let mut lab = Lab::new();
    allot(&mut lab, 100);
    let earlier = lab.memory.rows.clone();
    destroy(&mut lab, 5);
    for (row, value) in earlier {
        let (table, place) = row.clone();
        let kept = lab.memory.rows.insert(row, value.clone()).expect("a row");
        let is_on_the_path = value != kept;
        assert_eq!(lab.key(Slot(6)).is_err(), is_on_the_path, "{place}");
        lab.memory.rows.insert((table, place), kept);
    }
}

/// What one batch does to the tree.
#[derive(Clone, Debug)]
enum Op {
    Allot(u32),
    /// Of those that live, the one at this place, if there are so many.
    Destroy(prop::sample::Index),
}

#[derive(Clone, Debug)]
struct Attempted {
    ops: Vec<Op>,
    /// A generation was begun before, needed or not.
    is_begun: bool,
    /// The disk refused the batch.
    is_taken_back: bool,
}

fn attempted() -> impl Strategy<Value = Attempted> {
    let op = prop_oneof![
        (1..150_u32).prop_map(Op::Allot),
        any::<prop::sample::Index>().prop_map(Op::Destroy),
        any::<prop::sample::Index>().prop_map(Op::Destroy),
    ];
    (prop::collection::vec(op, 1..5), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
        .prop_map(|(ops, is_begun, is_taken_back)| Attempted { ops, is_begun, is_taken_back })
}

type Model = BTreeMap<Slot, DataKey>;

fn perform(tree: &mut KeyTree<'_>, mut live: Model, ops: &[Op]) -> Model {
    for op in ops {
        match op {
            Op::Allot(count) => live.extend((0..*count).map_while(|_| tree.allot().ok())),
            Op::Destroy(_) if live.is_empty() => {}
            Op::Destroy(index) => {
                let slot = *index.get(&live.keys().copied().collect::<Vec<_>>());
                assert_eq!(tree.destroy(slot), Ok(true));
                live.remove(&slot);
            }
        }
    }
    live
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens, the living keep their keys, and nobody gets a destroyed one from all rows that ever were
    /// and all keys that are.
    #[test]
    fn no_destroyed_key_can_be_had_and_no_other_is_lost(
        next in prop::sample::select(vec![0, 60, 4_050, 262_100, Slot::COUNT - 200]),
        batches in prop::collection::vec(attempted(), 1..10),
    ) {
        let mut lab = Lab::beginning_at(next);
        let mut live = Model::new();
        let mut destroyed = BTreeMap::new();
        for Attempted { ops, is_begun, is_taken_back } in batches {
            if is_begun {
                lab.begin();
            }
            let make = |tree: &mut KeyTree<'_>| perform(tree, live.clone(), &ops);
            if is_taken_back {
                lab.fail(make);
            } else {
                let (after, _) = lab.commit(make);
                destroyed.extend(live.into_iter().filter(|(slot, _)| !after.contains_key(slot)));
                live = after;
            }
            lab.look(|tree| {
                for (slot, key) in &live {
                    assert_eq!(tree.key(*slot), Ok(Some(key)));
                }
                for slot in destroyed.keys() {
                    assert_eq!(tree.key(*slot), Ok(None));
                    assert!(tree.was_allotted(*slot));
                }
            });
            let obtainable = lab.obtainable();
            let had = |(_, key): &(&Slot, &DataKey)| obtainable.contains(key.expose_bytes());
            prop_assert!(live.iter().all(|it| had(&it)), "the search finds what is there");
            prop_assert_eq!(destroyed.iter().find(had), None);
        }
    }
}
