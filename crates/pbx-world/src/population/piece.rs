use std::collections::BTreeMap;

use pbx_fiction::{Audio, Item, Subject};
use pbx_kernel::Timestamp;
use pbx_media::{Codec, wav};
use pbx_policy::FieldId;
use serde::{Deserialize, Serialize};

use super::resident::Resident;
use super::shelf::{Directory, Shelf};
use super::{Lives, NAMELESS, Population};

/// Something that is added to a site.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// The record of a person.
    Record { index: u32, fields: BTreeMap<FieldId, String> },
    /// What a store holds.
    Item(NewItem),
}

#[derive(Clone, Debug)]
pub(super) struct NewItem {
    pub(super) store: String,
    pub(super) owner: Whose,
    /// When it arose; with the person where that is not said.
    pub(super) time: Option<Timestamp>,
    pub(super) fields: BTreeMap<FieldId, String>,
    /// Who else occurs where a structured search looks: who is inside by his place, and as what.
    pub(super) parties: Vec<(Option<u32>, String)>,
    pub(super) audio: Option<Audio>,
    /// The audio itself, made when the piece has its place in a batch.
    pub(super) wav: Option<Vec<u8>>,
}

/// Whose an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    Nobody,
    Person(u32),
    Resident(usize),
}

/// How far the loading of a site's people has come. Of whoever is next, so many pieces are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// What residents own.
    Residents { next: usize, pieces: usize },
    /// People, each with what he owns.
    People { next: u32, pieces: usize },
    /// What is nobody's, by the place of its shelf.
    Nobodys { shelf: usize, next: u64 },
    /// Everybody is there.
    Done,
}

impl Stage {
    pub(super) const FIRST: Self = Self::Residents { next: 0, pieces: 0 };
}

/// The pieces of one batch, and where the next one begins.
pub(super) struct Portion {
    pub(super) pieces: Vec<Piece>,
    pub(super) next: Stage,
    bytes: usize,
}

impl Population {
    /// What comes at `stage`, as much as fits one batch.
    pub(super) fn portion(&self, lives: &Lives, stage: Stage) -> Portion {
        let mut portion = Portion { pieces: Vec::new(), next: stage, bytes: 0 };
        while !portion.is_full() && portion.next != Stage::Done {
            portion.next = match portion.next {
                Stage::Residents { next, .. } if next >= self.residents.len() => {
                    Stage::People { next: 0, pieces: 0 }
                }
                Stage::Residents { next, pieces } => {
                    match portion.fill(self.pieces_of_resident(lives, next), pieces) {
                        Some(pieces) => Stage::Residents { next, pieces },
                        None => Stage::Residents { next: next + 1, pieces: 0 },
                    }
                }
                Stage::People { next, .. } if next >= self.census.count => {
                    Stage::Nobodys { shelf: 0, next: 0 }
                }
                Stage::People { next, pieces } => match portion.fill(self.pieces_of(lives, next), pieces) {
                    Some(pieces) => Stage::People { next, pieces },
                    None => Stage::People { next: next + 1, pieces: 0 },
                },
                Stage::Nobodys { shelf, next } => match self.shelves.get(shelf) {
                    None => Stage::Done,
                    Some(of) if of.kind.is_owned() => Stage::Nobodys { shelf: shelf + 1, next: 0 },
                    Some(of) => match lives.everybody.item(of.kind, next) {
                        Some(item) => {
                            portion.push(Piece::Item(of.piece(&item, Whose::Nobody)));
                            Stage::Nobodys { shelf, next: next + 1 }
                        }
                        None => Stage::Nobodys { shelf: shelf + 1, next: 0 },
                    },
                },
                Stage::Done => Stage::Done,
            };
        }
        portion
    }

    /// The record of a person, his entries in directories, and what he owns.
    fn pieces_of<'a>(&'a self, lives: &'a Lives, index: u32) -> impl Iterator<Item = Piece> + 'a {
        let person = self.people.person(index);
        let record = person.map(|person| {
            let fields = self.record(&person).into_iter().map(|(field, _, value)| (field, value)).collect();
            Piece::Record { index, fields }
        });
        let known = person.filter(|_| !self.directories.is_empty()).map(|it| it.fields()).unwrap_or_default();
        let entries = self.directories.iter().map(move |it| it.piece(&known, Whose::Person(index)));
        let items = lives.everybody.of_owner(Subject::Person(index));
        let items = items.flat_map(move |item| self.on_shelves(&item, Whose::Person(index)));
        record.into_iter().chain(entries.map(Piece::Item)).chain(items)
    }

    /// The resident's entries in directories, and what he owns. His record came with his account.
    fn pieces_of_resident<'a>(&'a self, lives: &'a Lives, place: usize) -> impl Iterator<Item = Piece> + 'a {
        let whose = Whose::Resident(place);
        let known = self.residents.get(place).map(Resident::known).unwrap_or_default();
        let entries = self.directories.iter().map(move |it| it.piece(&known, whose));
        let items = self.of_resident(lives, place).flat_map(move |item| self.on_shelves(&item, whose));
        entries.map(Piece::Item).chain(items)
    }

    fn on_shelves(&self, item: &Item, whose: Whose) -> Vec<Piece> {
        let shelves = self.shelves.iter().filter(|it| it.kind == item.kind);
        shelves.map(|it| Piece::Item(it.piece(item, whose))).collect()
    }
}

impl Shelf {
    fn piece(&self, item: &Item, owner: Whose) -> NewItem {
        let hidden = matches!(owner, Whose::Resident(_)).then_some(NAMELESS);
        let fields = self.record(item, hidden);
        let party = |subject: &Subject| {
            let told = item.occurrences.iter().filter(|it| it.subject == *subject && !it.planted);
            let text =
                told.filter(|it| self.shows(it.field).is_some()).find_map(|it| item.fields.get(it.field))?;
            let index = if let Subject::Person(index) = subject { Some(*index) } else { None };
            Some((index, text.clone()))
        };
        let others = item.parties.iter().filter(|it| Some(**it) != hidden);
        NewItem {
            store: self.store.clone(),
            owner,
            time: Some(item.time),
            fields,
            parties: others.filter_map(party).collect(),
            audio: item.audio.filter(|_| self.audio),
            wav: None,
        }
    }
}

impl Directory {
    fn piece(&self, known: &BTreeMap<&'static str, String>, owner: Whose) -> NewItem {
        let value = |(field, source): &(FieldId, &'static str)| Some((*field, known.get(source)?.clone()));
        NewItem {
            store: self.store.clone(),
            owner,
            time: None,
            fields: self.fields.iter().filter_map(value).collect(),
            parties: Vec::new(),
            audio: None,
            wav: None,
        }
    }
}

impl Portion {
    /// Takes what there is of `pieces` after the first `done`: how many are done, where there may be more.
    fn fill(&mut self, pieces: impl Iterator<Item = Piece>, done: usize) -> Option<usize> {
        for (count, piece) in (done..).zip(pieces.skip(done)) {
            if self.is_full() {
                return Some(count);
            }
            self.push(piece);
        }
        None
    }

    fn push(&mut self, mut piece: Piece) {
        self.bytes += PIECE_BYTES;
        if let Piece::Item(NewItem { audio: Some(audio), wav: file, .. }) = &mut piece {
            // No audio of fiction is longer than a WAV file holds.
            *file = wav(&audio.samples(), Codec::Mulaw).ok();
            self.bytes += file.as_ref().map_or(0, Vec::len);
        }
        self.pieces.push(piece);
    }

    fn is_full(&self) -> bool {
        self.bytes >= PORTION_BYTES
    }
}

/// About how many bytes of the store a piece without audio takes, with its part of the key tree.
const PIECE_BYTES: usize = 1_024;

/// About how many bytes are added together: little enough that whoever logs in to the site meanwhile does not notice,
/// and far from what the store takes in a batch.
const PORTION_BYTES: usize = 1_024 * 1_024;
