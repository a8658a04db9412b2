//! What an administrator may set: banner, listeners, limits, retention.

use pbx_auth::Networks;
use pbx_kernel::{Row, Table, Timestamp};
use pbx_policy::{Listener, ListenerState, Policy, Setting, SettingKind};
use serde::{Deserialize, Serialize};

use crate::{Args, Context, Error, Estate, Event, Listing, Noun, Outcome, Refusal, Reply, Stop};

/// After how many failures an adjustable rule locks.
pub const FAILURES_MAX: &str = "lockout.failures-max";
/// For how many minutes an adjustable rule locks.
pub const LOCK_MINUTES: &str = "lockout.minutes";
/// Which password rule holds for accounts whose role names none.
pub const PASSWORD_RULE: &str = "password.rule";
/// How many earlier passwords may not come back.
pub const PASSWORD_HISTORY: &str = "password.history";
/// After how many days a password must be changed; 0 means never.
pub const PASSWORD_EXPIRES: &str = "password.expires-days";
/// Whether the banner is shown before login.
pub const BANNER_SHOWN: &str = "banner.shown";
/// What the banner says.
pub const BANNER_TEXT: &str = "banner.text";

/// A value that somebody has set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Value {
    /// Which setting.
    pub key: String,
    /// Its value.
    pub value: String,
    /// When it was set.
    pub changed: Timestamp,
}

impl Noun for Value {
    const TABLE: Table = Table("setting");

    fn row(&self, _: &Estate<'_>) -> Row {
        self.key.clone()
    }
}

/// Whom a listener lets in now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Everybody.
    All,
    /// Nobody: its port refuses connections.
    None,
    /// Callers from these networks.
    Only(Vec<Networks>),
}

/// The present value of `key`; nothing where the policy has no such setting.
pub fn value(estate: &Estate<'_>, policy: &Policy, key: &str) -> Result<Option<String>, Error> {
    let Some(setting) = find(policy, key) else { return Ok(None) };
    let stored = estate.get::<Value>(key)?.map(|it| it.value);
    Ok(Some(stored.unwrap_or_else(|| setting.as_shipped.get_ref().clone())))
}

/// Whether the switch `key` is on; off where the policy has no such setting.
pub fn is_on(estate: &Estate<'_>, policy: &Policy, key: &str) -> Result<bool, Error> {
    Ok(value(estate, policy, key)?.as_deref() == Some("on"))
}

/// The present number under `key`; nothing where the policy has no such setting.
pub fn number(estate: &Estate<'_>, policy: &Policy, key: &str) -> Result<Option<u32>, Error> {
    Ok(value(estate, policy, key)?.and_then(|it| it.parse().ok()))
}

/// Whom `listener` lets in now: its state in the policy, steered by its settings where the policy has them.
pub fn admission(estate: &Estate<'_>, policy: &Policy, listener: &Listener) -> Result<Admission, Error> {
    let enabled = value(estate, policy, &format!("listener.{}.enabled", listener.id))?;
    let listed = value(estate, policy, &format!("listener.{}.networks", listener.id))?;
    let state = match (enabled.as_deref(), listener.as_shipped) {
        (Some("off"), _) => ListenerState::Off,
        (Some(_), ListenerState::Off) if listed.is_some() => ListenerState::Local,
        (Some(_), ListenerState::Off) => ListenerState::On,
        (_, state) => state,
    };
    Ok(match state {
        ListenerState::On => Admission::All,
        ListenerState::Off => Admission::None,
        ListenerState::Local => {
            let listed = listed.map(|it| Networks::parse(&it).unwrap_or_default()).unwrap_or_default();
            Admission::Only(vec![policy.local_networks.clone(), listed])
        }
    })
}

impl Admission {
    /// Whether a caller from `source` is let in.
    pub fn admits(&self, source: pbx_kernel::Source) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Only(networks) => networks.iter().any(|it| it.include(source)),
        }
    }
}

/// Lists every setting with its present value.
pub fn list(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let mut rows = Vec::new();
    for setting in &cx.policy.settings {
        let key = setting.key.get_ref();
        let value = value(&cx.estate, cx.policy, key)?.unwrap_or_default();
        rows.push(vec![key.clone(), setting.name.clone(), value, setting.hint.clone()]);
    }
    let columns = &["key", "name", "value", "hint"];
    Ok(Outcome::reply(Reply::Listing(Listing { kind: "setting", columns: columns.into(), rows, next: None })))
}

/// Changes every setting whose key is among the arguments; all or none. A switch of a form that names its
/// `switches` and does not tick one is off; the `keys` that a page shows are no settings.
pub fn change(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let mut outcome = Outcome::reply(Reply::Done("The settings are saved.".to_owned()));
    for setting in &cx.policy.settings {
        let key = setting.key.get_ref();
        let Some(wanted) = wanted(setting, args) else { continue };
        let present = value(&cx.estate, cx.policy, key)?.unwrap_or_default();
        if wanted == present {
            continue;
        }
        cx.demand(setting.change.get_ref())?;
        setting.check(&wanted).map_err(|why| Refusal::bad(key.as_str(), why))?;
        outcome.changes.push(cx.estate.put(&Value {
            key: key.clone(),
            value: wanted.clone(),
            changed: cx.now,
        })?);
        let event =
            Event::on("setting.changed", "setting", key.as_str()).with("from", present).with("to", wanted);
        outcome.events.push(event);
    }
    let known = |name: &str| matches!(name, "keys" | "switches") || find(cx.policy, name).is_some();
    match args.texts().find(|(name, _)| !known(name)) {
        Some((unknown, _)) => Err(Refusal::NoSuch("setting", unknown.to_owned()).into()),
        None => Ok(outcome),
    }
}

fn wanted(setting: &Setting, args: &Args) -> Option<String> {
    let key = setting.key.get_ref();
    if setting.kind == SettingKind::Switch {
        let listed = args.all("switches").iter().any(|it| it == key);
        return (listed || args.has(key)).then(|| if args.flag(key) { "on" } else { "off" }.to_owned());
    }
    args.has(key).then(|| args.get(key).unwrap_or_default().to_owned())
}

fn find<'p>(policy: &'p Policy, key: &str) -> Option<&'p Setting> {
    policy.settings.iter().find(|it| it.key.get_ref() == key)
}
