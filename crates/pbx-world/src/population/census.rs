use std::time::Duration;

use pbx_fiction::{Kind, Plan};
use pbx_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// How many people a site has, and how much of what happened to them. It is kept with a site while they are loaded: a
/// scenario that was changed meanwhile changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Census {
    pub(crate) seed: u64,
    pub(crate) count: u32,
    pub(crate) voice_mails: u32,
    pub(crate) greetings: u32,
    pub(crate) recordings: u32,
    pub(crate) contacts: u32,
    pub(crate) calls: u32,
    pub(crate) chats: u32,
    pub(crate) charges: u32,
    pub(crate) notes: u32,
    pub(crate) planted: bool,
}

impl Census {
    /// The plan of everybody's life.
    pub(super) fn plan(&self, until: Timestamp) -> Plan {
        Plan {
            people: self.count,
            outsiders: self.count / 2 + 1,
            administrators: self.count / 500 + 2,
            voice_mails: self.voice_mails,
            greetings: self.greetings,
            recordings: self.recordings,
            contacts: self.contacts,
            chats: self.chats,
            calls: self.calls,
            charges: self.charges,
            notes: self.notes,
            planted_percent: if self.planted { PLANTED_PERCENT } else { 0 },
            until,
            span: SPAN,
        }
    }

    /// The plan of what `residents` own: all of it one person's, and everybody else in it is outside.
    pub(super) fn residents_plan(&self, residents: usize, until: Timestamp) -> Plan {
        let residents = u32::try_from(residents).unwrap_or(u32::MAX);
        let together = |kind| residents.saturating_mul(self.each_resident(kind));
        Plan {
            people: residents.min(1),
            voice_mails: together(Kind::VoiceMail),
            greetings: together(Kind::Greeting),
            recordings: together(Kind::Recording),
            contacts: together(Kind::Contact),
            chats: together(Kind::Chat),
            calls: together(Kind::CallList) / 2,
            charges: 0,
            notes: together(Kind::Note),
            ..self.plan(until)
        }
    }

    /// How many items of `kind` a resident has at most; none where the others have none.
    pub(super) const fn each_resident(&self, kind: Kind) -> u32 {
        let (all, each) = match kind {
            Kind::VoiceMail => (self.voice_mails, 2),
            Kind::Greeting => (self.greetings, 1),
            Kind::Recording => (self.recordings, 1),
            Kind::Contact => (self.contacts, 3),
            Kind::Chat => (self.chats, 3),
            // Of each call's two entries one is his.
            Kind::CallList => (self.calls, 8),
            Kind::Note => (self.notes, 1),
            Kind::Cdr | Kind::Charge => (0, 0),
        };
        if all == 0 { 0 } else { each }
    }
}

/// In how many of a hundred texts somebody occurs where no structured search looks.
const PLANTED_PERCENT: u8 = 25;

/// How long before its beginning a site's past goes back.
const SPAN: Duration = Duration::from_hours(30 * 24);
