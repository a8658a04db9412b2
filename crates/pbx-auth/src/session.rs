use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// How long sessions live and how many an account may have at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SessionRule {
    /// A session that does nothing for this long ends.
    #[serde(rename = "idle-s", deserialize_with = "seconds")]
    pub idle: Duration,
    /// A web session ends after this long whatever it does.
    #[serde(rename = "absolute-s", deserialize_with = "seconds")]
    pub absolute: Duration,
    /// How many sessions an account with one of [`SessionRule::parallel_roles`] may have at once; one more is refused.
    #[serde(default)]
    pub parallel_max: Option<u32>,
    /// The roles that [`SessionRule::parallel_max`] binds; all where it is empty.
    #[serde(default)]
    pub parallel_roles: Vec<String>,
}

impl SessionRule {
    /// How many sessions an account with this role may have at once.
    pub fn parallel_max(&self, role: &str) -> Option<u32> {
        let bound = self.parallel_roles.is_empty() || self.parallel_roles.iter().any(|it| it == role);
        self.parallel_max.filter(|_| bound)
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_secs)
}
