use std::collections::BTreeMap;

use pbx_estate::people::{NOBODY, Number, Party, TELLING};
use pbx_estate::subscriber::Subscriber;
use pbx_estate::{Error, Estate, Noun, account, people};
use pbx_fiction::PlanError;
use pbx_kernel::{Row, Table, Timestamp};
use pbx_policy::SubjectKind;
use serde::{Deserialize, Serialize};

use super::piece::{NewItem, Piece, Portion, Stage, Whose};
use super::{Census, Lives, Population};

/// How far the loading of a site's people has come: a row that is written with each batch of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loading {
    pub(crate) census: Census,
    /// When the site was founded: what happened came before.
    pub(crate) until: Timestamp,
    /// The number of the first person; the others' follow.
    first: Number,
    stage: Stage,
}

impl Noun for Loading {
    const TABLE: Table = Table("people-loading");

    fn row(&self, _: &Estate<'_>) -> Row {
        ROW.to_owned()
    }
}

impl Loading {
    /// Of the site of `estate`; none where it was founded without people.
    pub(crate) fn of(estate: &Estate<'_>) -> Result<Option<Self>, Error> {
        estate.get(ROW)
    }

    /// Whether everybody is there.
    pub(crate) fn is_done(&self) -> bool {
        self.stage == Stage::Done
    }
}

/// What comes next to a site, made without looking at it.
pub(crate) struct NextBatch {
    pieces: Vec<Piece>,
    /// How far it will have come then.
    pub(crate) loading: Loading,
}

impl Population {
    /// Keeps numbers for everybody, and a row that says that nobody is there yet. It belongs to the founding of a site.
    pub(crate) fn begin(&self, people: &mut people::People<'_>, now: Timestamp) -> Result<(), Error> {
        let first = people.reserve(self.census.count)?;
        if self.has_subscribers() {
            for resident in &self.residents {
                let subscriber = Subscriber::named(&resident.fields, now);
                subscriber.map_or(Ok(()), |it| people.put(&it))?;
            }
        }
        people.put(&Loading { census: self.census, until: now, first, stage: Stage::FIRST })
    }

    /// What comes after `loading`.
    pub(crate) fn next(&self, loading: &Loading) -> Result<NextBatch, PlanError> {
        let lives: Lives = self.lives(loading.until)?;
        let Portion { pieces, next, .. } = self.portion(&lives, loading.stage);
        Ok(NextBatch { pieces, loading: Loading { stage: next, ..loading.clone() } })
    }

    /// Adds `batch` to `people`.
    pub(crate) fn add(
        &self,
        people: &mut people::People<'_>,
        batch: &NextBatch,
        now: Timestamp,
    ) -> Result<(), Error> {
        let first = batch.loading.first;
        let number = |index: u32| first + u64::from(index);
        let mut owners = BTreeMap::new();
        for piece in &batch.pieces {
            match piece {
                Piece::Record { index, fields } => {
                    let mut fields = fields.clone();
                    // An administrator may have given a number away while people were still loading.
                    for field in TELLING {
                        if let Some(value) = fields.get(field)
                            && people.find(*field, value)?.is_some()
                        {
                            fields.remove(field);
                        }
                    }
                    let person = people.add_as(number(*index), SubjectKind::EndUsers, fields, now)?;
                    owners.insert(Whose::Person(*index), Some(person.number));
                    if self.has_subscribers()
                        && let Some(subscriber) = Subscriber::named(&person.fields, now)
                    {
                        people.put(&subscriber)?;
                    }
                }
                Piece::Item(item) => {
                    let owner = match owners.get(&item.owner) {
                        Some(owner) => *owner,
                        None => self.owner(people, item.owner, number)?,
                    };
                    owners.insert(item.owner, owner);
                    // Whoever was removed meanwhile gets nothing.
                    if let Some(owner) = owner {
                        add_item(people, item, owner, number, now)?;
                    }
                }
            }
        }
        people.put(&batch.loading)
    }

    /// The number of whoever came in an earlier batch, if he is still there.
    fn owner(
        &self,
        people: &mut people::People<'_>,
        owner: Whose,
        number: impl Fn(u32) -> Number,
    ) -> Result<Option<Number>, Error> {
        let number = match owner {
            Whose::Nobody => return Ok(Some(NOBODY)),
            Whose::Person(index) => Some(number(index)),
            Whose::Resident(place) => match self.residents.get(place) {
                Some(resident) => {
                    account::find(people.estate(), &self.policy, &resident.account)?.and_then(|it| it.person)
                }
                None => None,
            },
        };
        match number {
            Some(number) => Ok(people.person(number)?.map(|it| it.number)),
            None => Ok(None),
        }
    }
}

fn add_item(
    people: &mut people::People<'_>,
    item: &NewItem,
    owner: Number,
    number: impl Fn(u32) -> Number,
    now: Timestamp,
) -> Result<(), Error> {
    let parties =
        item.parties.iter().map(|(index, text)| Party { person: index.map(&number), text: text.clone() });
    let time = item.time.unwrap_or(now);
    people.add_item(&item.store, owner, time, item.fields.clone(), parties.collect(), item.wav.as_deref())?;
    Ok(())
}

/// There is one such row.
const ROW: &str = "people";
