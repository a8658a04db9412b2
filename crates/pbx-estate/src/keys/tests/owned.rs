use pbx_kernel::{Cipher as _, CipherError, Row};

use super::super::*;
use super::lab::Lab;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    number: u32,
    slot: Slot,
    text: String,
}

impl Owned for Note {
    const TABLE: Table = Table("note");

    fn row(&self, _: &Estate<'_>) -> Row {
        row(self.number)
    }

    fn slot(&self) -> Slot {
        self.slot
    }
}

fn row(number: u32) -> Row {
    format!("{number:06}")
}

fn note(number: u32, slot: Slot) -> Note {
    Note { number, slot, text: "Ines Falk, 4711".to_owned() }
}

/// A site with `count` owners of one note each.
fn lab(count: u32) -> Lab {
    let mut lab = Lab::new();
    let make = |tree: &mut KeyTree<'_>| {
        let notes = (0..count).map(|number| {
            let (slot, _) = tree.allot().expect("a slot");
            tree.put(&note(number, slot)).expect("a change")
        });
        notes.collect::<Vec<_>>()
    };
    let (notes, _) = lab.commit(make);
    notes.into_iter().for_each(|change| lab.apply(change, true));
    lab
}

fn get(lab: &Lab, number: u32) -> Result<Option<Found<Note>>, Error> {
    lab.look(|tree| tree.get(&row(number)))
}

fn destroy(lab: &mut Lab, number: u32) {
    let slot = Slot::new(number).expect("a slot");
    assert!(lab.commit(|tree| tree.destroy(slot).expect("readable")).0);
}

fn bytes(lab: &mut Lab, number: u32) -> &mut Vec<u8> {
    lab.memory.rows.get_mut(&(Note::TABLE, row(number))).expect("a row")
}

#[test]
fn what_is_owned_opens_until_its_key_is_destroyed() {
    let mut lab = lab(3);
    let slot = Slot::new(1).expect("a slot");
    assert_eq!(get(&lab, 1), Ok(Some(Found::Whole(note(1, slot)))));
    assert_eq!(get(&lab, 9), Ok(None));
    destroy(&mut lab, 1);
    assert_eq!(get(&lab, 1), Ok(Some(Found::Gone(slot))));
    let listed = lab.look(|tree| tree.list::<Note>(None, 10)).expect("readable");
    let whole: Vec<_> = listed.into_iter().map(|(row, found)| (row, found.whole().is_some())).collect();
    assert_eq!(whole, [(row(0), true), (row(1), false), (row(2), true)]);
    let page = lab.look(|tree| tree.list::<Note>(Some(&row(0)), 1)).expect("readable");
    assert_eq!(page, [(row(1), Found::Gone(slot))]);
}

#[test]
fn a_row_says_nothing_in_clear() {
    let mut lab = lab(1);
    let row = bytes(&mut lab, 0);
    for text in ["Ines", "4711", "slot"] {
        assert!(!row.windows(text.len()).any(|it| it == text.as_bytes()), "{text}");
    }
}

#[test]
fn damage_is_told_from_a_destroyed_key() {
    let mut lab = lab(2);
    destroy(&mut lab, 1);
    let sealed = Error::Sealed { table: "note", source: CipherError };
    for number in [0, 1] {
        for byte in 0..bytes(&mut lab, number).len() {
            bytes(&mut lab, number)[byte] ^= 1;
            assert_eq!(get(&lab, number), Err(sealed.clone()), "note {number}, byte {byte}");
            bytes(&mut lab, number)[byte] ^= 1;
        }
        assert!(get(&lab, number).is_ok(), "note {number} as it was");
    }
    let moved = bytes(&mut lab, 0).clone();
    *bytes(&mut lab, 1) = moved;
    assert_eq!(get(&lab, 1), Err(sealed), "a row in another's place");
}

#[test]
fn a_slot_that_cannot_be_is_damage() {
    let mut lab = lab(1);
    let address = Estate::new(&lab.site, &lab.memory, &lab.cipher).address(Note::TABLE, &row(0));
    let key = lab.key(Slot(0)).expect("readable").expect("a key");
    let stating = |slot: Slot| serde_json::to_vec(&note(0, slot)).expect("JSON");
    for (outer, inner, what) in [
        (vec![0; 3], vec![], "it has no slot"),
        (Slot::COUNT.to_be_bytes().to_vec(), vec![], "it has no such slot"),
        (1_u32.to_be_bytes().to_vec(), vec![], "its slot was never allotted"),
        (
            0_u32.to_be_bytes().to_vec(),
            lab.cipher.seal_under(&key, &address, &stating(Slot(1))),
            "it is sealed for another slot than it states",
        ),
    ] {
        *bytes(&mut lab, 0) = lab.cipher.seal(&address, &[outer, inner].concat());
        assert_eq!(get(&lab, 0), Err(Error::Form { table: "note", what: what.to_owned() }));
    }
}

#[test]
fn nothing_is_written_for_who_is_erased() {
    let mut lab = lab(2);
    destroy(&mut lab, 0);
    let put = |number, slot| lab.look(|tree| tree.put(&note(number, Slot(slot))).err());
    assert_eq!(put(0, 0), Some(Error::NoKey { table: "note" }));
    assert_eq!(put(2, 2), Some(Error::NoKey { table: "note" }), "never allotted");
    assert_eq!(put(1, 1), None);
    let long = Note { text: "x".repeat(4_000), ..note(1, Slot(1)) };
    assert_eq!(lab.look(|tree| tree.put(&long).err()), Some(Error::TooLarge { table: "note" }));
    assert_eq!(lab.look(|tree| tree.delete(&long)), Change::Delete(Note::TABLE, row(1)));
}

#[test]
fn a_list_opens_each_node_once() {
    let lab = lab(10_000);
    let before = lab.memory.reads.get();
    let found = lab.look(|tree| tree.list::<Note>(None, 10_000)).expect("readable");
    assert_eq!(found.into_iter().filter(|(_, found)| matches!(found, Found::Whole(_))).count(), 10_000);
    // 157 leaves, 3 nodes above them, 1 above those, the root.
    assert_eq!(lab.memory.reads.get() - before, 157 + 3 + 1 + 1);
}
