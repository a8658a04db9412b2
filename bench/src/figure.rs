use std::fmt;

use serde::{Serialize, Serializer};

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// What Understudy reached.
    pub(crate) value: f64,
    /// In what.
    pub(crate) unit: &'static str,
    /// Whom it is compared with, measured in the same run.
    pub(crate) peer: Option<&'static str>,
    /// What the peer reached; nothing where it could not be measured.
    pub(crate) peer_value: Option<f64>,
    /// Understudy's value by the peer's.
    pub(crate) ratio: Option<f64>,
    /// What is aimed at.
    pub(crate) aim: Option<Aim>,
    /// Whether it is reached; nothing where there is no aim, or no peer.
    pub(crate) reached: Option<bool>,
    /// What the load client used meanwhile, for Understudy and for the peer.
    pub(crate) client: Vec<Client>,
    /// What a reader must know to read the line aright.
    pub(crate) notes: Vec<String>,
}

/// What is aimed at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Aim {
    /// A value that is not to be exceeded.
    AtMost(f64),
    /// At least so many times the peer's value.
    TimesAtLeast(f64),
    /// At most so many times the peer's value.
    TimesAtMost(f64),
}

/// What the load client used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Client {
    /// Its CPU as a share of all cores, 0 to 1.
    pub(crate) share: f64,
    /// Whether the load client, not the server, was what could go no faster.
    pub(crate) bottleneck: bool,
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
            peer: None,
            peer_value: None,
            ratio: None,
            aim: None,
            reached: None,
            client: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Beside `peer`, which reached `value`, where it could be measured.
    #[must_use]
    pub(crate) fn beside(mut self, peer: &'static str, value: Option<f64>) -> Self {
        self.peer = Some(peer);
        self.peer_value = value;
        self.ratio = value.filter(|value| *value > 0.0).map(|value| self.value / value);
        self.judged()
    }

    #[must_use]
    pub(crate) fn aim(mut self, aim: Aim) -> Self {
        self.aim = Some(aim);
        self.judged()
    }

    #[must_use]
    pub(crate) fn clients(mut self, clients: impl IntoIterator<Item = Client>) -> Self {
        self.client.extend(clients);
        self
    }

    /// With `note`, unless it is empty.
    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.extend(Some(note.into()).filter(|it| !it.is_empty()));
        self
    }

    /// Whether the load client held back any of the two.
    pub(crate) fn is_client_bound(&self) -> bool {
        self.client.iter().any(|it| it.bottleneck)
    }

    fn judged(mut self) -> Self {
        self.reached = match self.aim {
            Some(Aim::AtMost(most)) => Some(self.value <= most),
            Some(Aim::TimesAtLeast(least)) => self.ratio.map(|ratio| ratio >= least),
            Some(Aim::TimesAtMost(most)) => self.ratio.map(|ratio| ratio <= most),
            None => None,
        };
        self
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "at most {}", Rounded(*most)),
            Self::TimesAtLeast(least) => write!(f, "at least {} x", Rounded(*least)),
            Self::TimesAtMost(most) => write!(f, "at most {} x", Rounded(*most)),
        }
    }
}

impl Serialize for Aim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number with three significant digits, or whole where it is large.
pub(crate) struct Rounded(pub(crate) f64);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = match self.0.abs() {
            size if size == 0.0 || size >= 100.0 => 0,
            size if size >= 10.0 => 1,
            size if size >= 1.0 => 2,
            _ => 3,
        };
        let text = format!("{:.decimals$}", self.0);
        let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, peer: Option<f64>, aim: Aim, reached: Option<bool>) {
        let figure = Figure::new("it", value, "s").beside("peer", peer).aim(aim);
        assert_eq!(figure.reached, reached, "{value} beside {peer:?}: {aim}");
    }

    #[test]
    fn an_aim_is_reached_on_its_edge_and_not_beyond() {
        check(300.0, None, Aim::AtMost(300.0), Some(true));
        check(300.1, None, Aim::AtMost(300.0), Some(false));
        check(50.0, Some(100.0), Aim::TimesAtLeast(0.5), Some(true));
        check(49.9, Some(100.0), Aim::TimesAtLeast(0.5), Some(false));
        check(200.0, Some(100.0), Aim::TimesAtMost(2.0), Some(true));
        check(200.1, Some(100.0), Aim::TimesAtMost(2.0), Some(false));
    }

    #[test]
    fn an_aim_beside_a_peer_that_could_not_be_measured_is_open() {
        check(50.0, None, Aim::TimesAtLeast(0.5), None);
        check(50.0, Some(0.0), Aim::TimesAtLeast(0.5), None);
    }

    #[test]
    fn numbers_have_three_digits() {
        let shown = [0.0, 0.512, 3.0, 12.34, 123.4, 65_536.0].map(|it| Rounded(it).to_string());
        assert_eq!(shown, ["0", "0.512", "3", "12.3", "123", "65536"]);
    }
}
