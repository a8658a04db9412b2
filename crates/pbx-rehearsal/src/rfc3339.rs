//! Moments in documents that people read: RFC 3339 text, where the store has milliseconds.

use pbx_kernel::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de};

/// Writes the text.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// Reads the text.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    Timestamp::parse(&text).ok_or_else(|| de::Error::custom("not a time of RFC 3339"))
}

/// The same where there may be none.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Serializer, Timestamp, de};

    /// Writes the text, or null.
    #[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.collect_str(at),
            None => serializer.serialize_none(),
        }
    }

    /// Reads the text, or null.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|it| Timestamp::parse(&it).ok_or_else(|| de::Error::custom("not a time of RFC 3339")))
            .transpose()
    }
}
