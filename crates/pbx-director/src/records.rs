use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pbx_kernel::{AccountName, Line, Pseudonym};
use pbx_recorder::Outcome;
use pbx_world::Seat;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::extract::{OneSite, Params};
use crate::problem::{Guarded, OfSite, OfStore, Problem, WithQuery};
use crate::trail::LINES_AT_ONCE;

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordParams {
    /// The line to begin with; the first is 0.
    #[serde(default)]
    #[param(default = 0, example = 0)]
    from: u64,
    /// The most records to answer with.
    #[serde(default = "limit_default")]
    #[param(default = 100, minimum = 1, maximum = 1000, example = 100)]
    limit: usize,
    /// Only this event.
    #[param(example = "auth.rejected")]
    event: Option<String>,
    /// Only what this account did or what was done to it: its name, as people know it.
    #[param(example = "mxone_admin")]
    account: Option<String>,
    /// Only what ended so.
    #[param(value_type = Option<String>, pattern = "^(ok|refused|error)$", example = "refused")]
    outcome: Option<Outcome>,
}

/// A page of records.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordsReply {
    /// The records that were asked for, oldest first, as the recorder wrote them.
    #[schema(value_type = Vec<Record>)]
    records: Vec<Box<RawValue>>,
    /// Where to go on: the next page's `from`. `null` where the trail ends.
    #[schema(required)]
    next: Option<u64>,
}

/// One line of the flight recorder. People are keyed pseudonyms in it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "actor": "5f0c7d3a9be1428f6d20c4b7a1e893d5", "event": "auth.rejected", "outcome": "refused",
    "prev": "1b4f0e9851971998e732078544c96b36c3d01cedf7caa332359d6f1d83567014", "product": "mx-one",
    "reason": "wrong-password", "seq": 12, "site": "mx-one", "source": "127.0.0.1", "surface": "ssh",
    "time": "2026-11-22T09:00:04.120Z"
}))]
pub(crate) struct Record {
    /// Who did it, where known.
    actor: Option<String>,
    /// The digest of the object after.
    after: Option<String>,
    /// The digest of the object before.
    before: Option<String>,
    /// The controls it bears on.
    #[serde(default)]
    controls: Vec<String>,
    /// Further facts.
    #[serde(default)]
    detail: BTreeMap<String, String>,
    /// What happened.
    event: String,
    /// What it was done to.
    object: Option<RecordObject>,
    /// How it ended: `ok`, `refused` or `error`.
    #[schema(value_type = String)]
    outcome: Outcome,
    /// The leaf hash of the line before; the first line has none.
    prev: Option<String>,
    /// What the site emulates.
    product: String,
    /// Why it was refused or failed.
    reason: Option<String>,
    /// The role the actor acted in.
    role: Option<String>,
    /// The line's number in its site's trail; the first is 0.
    seq: u64,
    /// The session it belongs to.
    session: Option<String>,
    /// At which site.
    site: String,
    /// The network address it came from.
    source: Option<String>,
    /// Where the caller met the site.
    surface: String,
    /// When, on the world's clock.
    #[schema(format = DateTime)]
    time: String,
}

/// What something was done to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordObject {
    /// What kind of thing.
    kind: String,
    /// Which one: a pseudonym or an id.
    name: String,
}

/// The records of a site that fit, oldest first.
///
/// Durable ones only; what happened before the request is waited for. A page may have fewer records than `limit`, or
/// none, and still not be the last: `next` tells.
#[utoipa::path(get, path = "/sites/{id}/records", operation_id = "query_records", tag = "recorder",
    params(("id" = String, Path, description = "The site", example = "mx-one"), RecordParams),
    responses(
        (status = 200, description = "A page of records", body = RecordsReply),
        Guarded, OfSite, WithQuery, OfStore
    ))]
pub(crate) async fn query(
    State(api): State<Api>,
    OneSite(seat): OneSite,
    Params(params): Params<RecordParams>,
) -> Result<Json<RecordsReply>, Problem> {
    let limit = params.limit;
    if !(1..=RECORDS_MAX).contains(&limit) {
        return Err(Problem::BadQuery(format!("limit is at least 1 and at most {RECORDS_MAX}")));
    }
    let from = params.from;
    let filter = Filter::parse(params, &seat)?;
    api.settle(&seat).await?;
    let page = api.blocking(move |world| {
        let read = |from, count| world.lines(seat.id(), from, count).map_err(Problem::from);
        Page::gather(from, limit, &filter, read)
    });
    let Page { records, next } = page.await??;
    Ok(Json(RecordsReply { records, next }))
}

/// Which records fit.
struct Filter {
    event: Option<String>,
    account: Option<Pseudonym>,
    outcome: Option<Outcome>,
}

impl Filter {
    fn parse(params: RecordParams, seat: &Arc<Seat>) -> Result<Self, Problem> {
        let account = params.account.map(|name| match AccountName::parse(&name) {
            Ok(name) => Ok(Pseudonym::new(seat.pseudonym(&name))),
            Err(error) => Err(Problem::BadQuery(format!("account is no name of one: {error}"))),
        });
        Ok(Self { event: params.event, account: account.transpose()?, outcome: params.outcome })
    }

    fn admits(&self, record: &Record) -> bool {
        self.event.as_ref().is_none_or(|it| *it == record.event)
            && self.outcome.is_none_or(|it| it == record.outcome)
            && self.account.as_ref().is_none_or(|it| record.concerns(it))
    }
}

impl Record {
    /// Whether the account did it or it was done to the account.
    fn concerns(&self, account: &Pseudonym) -> bool {
        let object = self.object.as_ref().filter(|it| it.kind == "account").map(|it| it.name.as_str());
        [self.actor.as_deref(), object].contains(&Some(account.as_str()))
    }
}

struct Page {
    records: Vec<Box<RawValue>>,
    next: Option<u64>,
}

impl Page {
    /// Looks through the trail from line `from` until `limit` records fit, it ends, or enough was looked at.
    fn gather(
        from: u64,
        limit: usize,
        filter: &Filter,
        read: impl Fn(u64, usize) -> Result<Vec<Line>, Problem>,
    ) -> Result<Self, Problem> {
        let mut records = Vec::new();
        let mut at = from;
        while at - from < LINES_SEEN_MAX {
            let lines = read(at, LINES_AT_ONCE)?;
            let is_last = lines.len() < LINES_AT_ONCE;
            let mut rest = lines.into_iter();
            for Line(line) in rest.by_ref() {
                at += 1;
                records.extend(raw(line, filter)?);
                if records.len() == limit {
                    break;
                }
            }
            if is_last && rest.len() == 0 {
                return Ok(Self { records, next: None });
            }
            if records.len() == limit {
                break;
            }
        }
        Ok(Self { records, next: Some(at) })
    }
}

/// The line as it is, where it fits.
fn raw(line: Vec<u8>, filter: &Filter) -> Result<Option<Box<RawValue>>, Problem> {
    let damaged = |error: serde_json::Error| Problem::unavailable("a line of the trail", &error);
    let record: Record = serde_json::from_slice(&line).map_err(damaged)?;
    filter.admits(&record).then(|| serde_json::from_slice(&line).map_err(damaged)).transpose()
}

fn limit_default() -> usize {
    100
}

/// The most records of a page: a megabyte, as records usually are.
const RECORDS_MAX: usize = 1_000;

/// How many lines one request looks through for records that fit: some ten milliseconds' worth.
const LINES_SEEN_MAX: u64 = 10_000;

#[cfg(test)]
mod tests {
    use pbx_kernel::{SiteId, Timestamp};
    use pbx_recorder::{Object, Tip};

    use super::*;

    const ALL: Filter = Filter { event: None, account: None, outcome: None };

    /// A trail of `length` records, every tenth of them refused.
    fn trail(length: usize) -> Vec<Line> {
        let mut tip = Tip::new();
        let site = SiteId::parse("north").expect("valid");
        let record = |index: usize| {
            let outcome = if index.is_multiple_of(10) { Outcome::Refused } else { Outcome::Ok };
            pbx_recorder::Record::new(Timestamp::default(), site.clone(), "p", "web", "e", outcome)
        };
        (0..length).map(|it| tip.append(&record(it))).collect()
    }

    fn gather(trail: &[Line], from: u64, limit: usize, filter: &Filter) -> (Vec<u64>, Option<u64>) {
        let read = |from: u64, count: usize| {
            Ok(trail.iter().skip(usize::try_from(from).expect("small")).take(count).cloned().collect())
        };
        let page = Page::gather(from, limit, filter, read).expect("a page");
        let seq = |it: &RawValue| serde_json::from_str::<Record>(it.get()).expect("a record").seq;
        (page.records.iter().map(|it| seq(it)).collect(), page.next)
    }

    #[test]
    fn a_page_ends_at_its_limit_and_the_last_one_says_so() {
        let trail = trail(5);
        assert_eq!(gather(&trail, 0, 3, &ALL), (vec![0, 1, 2], Some(3)));
        assert_eq!(gather(&trail, 3, 2, &ALL), (vec![3, 4], None));
        assert_eq!(gather(&trail, 3, 3, &ALL), (vec![3, 4], None));
        assert_eq!(gather(&trail, 5, 3, &ALL), (vec![], None));
        assert_eq!(gather(&trail, u64::MAX, 3, &ALL), (vec![], None));
        assert_eq!(gather(&[], 0, 3, &ALL), (vec![], None));
    }

    #[test]
    fn pages_join_without_gap_whatever_their_size() {
        let trail = trail(600);
        for limit in [1, 7, 255, 256, 257, 600, 1_000] {
            let (mut seen, mut from) = (Vec::new(), Some(0));
            while let Some(at) = from {
                let (records, next) = gather(&trail, at, limit, &ALL);
                seen.extend(records);
                from = next;
            }
            assert_eq!(seen, (0..600).collect::<Vec<_>>(), "limit {limit}");
        }
    }

    #[test]
    fn a_request_does_not_look_through_a_whole_long_trail() {
        let trail = trail(10_500);
        let none = Filter { event: Some("other".to_owned()), ..ALL };
        let (records, next) = gather(&trail, 0, 10, &none);
        assert_eq!(records, Vec::<u64>::new());
        let next = next.expect("more to look through");
        assert!((10_000..10_500).contains(&next), "{next}");
        assert_eq!(gather(&trail, next, 10, &none), (vec![], None));
    }

    #[test]
    fn only_what_fits_is_answered() {
        let refused = Filter { outcome: Some(Outcome::Refused), ..ALL };
        assert_eq!(gather(&trail(25), 0, 100, &refused), (vec![0, 10, 20], None));
    }

    #[test]
    fn a_record_has_every_member_that_the_recorder_writes() {
        let site = SiteId::parse("north").expect("valid");
        let ada = Pseudonym::new("ada");
        let full = pbx_recorder::Record::new(Timestamp::default(), site, "p", "web", "e", Outcome::Error)
            .with_actor(ada.clone())
            .with_role("r")
            .with_source("127.0.0.1")
            .with_session("s")
            .with_object(Object::of("account", &Pseudonym::new("bob")))
            .with_reason("why")
            .with_detail("a", "b")
            .with_control("c")
            .with_digests(Some("x".to_owned()), Some("y".to_owned()));
        let mut tip = Tip::new();
        tip.append(&full);
        let Line(line) = tip.append(&full);
        let record: Record = serde_json::from_slice(&line).expect("a record");
        assert_eq!(serde_json::to_vec(&record).expect("JSON"), line);
        let concerned = ["ada", "bob", "c"].map(|it| record.concerns(&Pseudonym::new(it)));
        assert_eq!(concerned, [true, true, false]);
    }
}
