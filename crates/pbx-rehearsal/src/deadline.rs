use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pbx_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// Until when a request must be answered: one month after it was received, Art. 12(3) GDPR, in UTC.
///
/// Months are calendar months that end with the last hour of the day of the same number, or of the month's last day
/// where there is none (Regulation 1182/71, Art. 3). That the end may move to the next working day is not used: the
/// calendar of holidays is the reader's, and an earlier answer is never late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    #[serde(with = "crate::rfc3339")]
    received: Timestamp,
    extension: Option<Extension>,
}

/// More time, for a reason that the person was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// How many months more: one or two.
    pub months: u8,
    /// Why: the complexity or the number of requests.
    pub reason: String,
    /// When the person was told.
    #[serde(with = "crate::rfc3339")]
    pub told: Timestamp,
}

impl Deadline {
    /// The most months that an extension may add.
    pub const EXTENSION_MONTHS_MAX: u8 = 2;
    /// The longest reason, in bytes.
    pub const REASON_BYTES_MAX: usize = 500;

    /// The deadline of what was received at `received`.
    pub const fn of(received: Timestamp) -> Self {
        Self { received, extension: None }
    }

    /// When the request was received.
    pub const fn received(&self) -> Timestamp {
        self.received
    }

    /// The extension, if there is one.
    pub const fn extension(&self) -> Option<&Extension> {
        self.extension.as_ref()
    }

    /// The deadline with more time. The person must be told within the first month, once, and why.
    pub fn extended(&self, now: Timestamp, months: u8, reason: &str) -> Result<Self, ExtendError> {
        let reason = reason.trim();
        if self.extension.is_some() {
            return Err(ExtendError::Again);
        }
        if !(1..=Self::EXTENSION_MONTHS_MAX).contains(&months) {
            return Err(ExtendError::Months);
        }
        if reason.is_empty() || reason.len() > Self::REASON_BYTES_MAX {
            return Err(ExtendError::Reason);
        }
        if self.is_overdue(now) {
            return Err(ExtendError::TooLate);
        }
        let extension = Extension { months, reason: reason.to_owned(), told: now };
        Ok(Self { received: self.received, extension: Some(extension) })
    }

    /// The first moment at which the request is overdue: the midnight that ends the last day.
    pub fn end(&self) -> Timestamp {
        let months = 1 + self.extension.as_ref().map_or(0, |it| i32::from(it.months));
        midnight_after(self.received, months).unwrap_or(Timestamp::from_millis(i64::MAX))
    }

    /// The last day on which the request may be answered, for example `2026-12-22`.
    pub fn last_day(&self) -> String {
        Timestamp::from_millis(self.end().as_millis() - 1).format("%Y-%m-%d")
    }

    /// Whether it is too late at `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        now >= self.end()
    }
}

/// The midnight that ends the day `months` calendar months after that of `from`; nothing beyond the year 9999.
fn midnight_after(from: Timestamp, months: i32) -> Option<Timestamp> {
    let day: Date = jiff::Timestamp::from_millisecond(from.as_millis()).ok()?.to_zoned(TimeZone::UTC).date();
    let end = day.checked_add(months.months()).ok()?.checked_add(1.day()).ok()?;
    let midnight = end.to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp::from_millis(midnight.timestamp().as_millisecond()))
}

/// Why there is no more time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtendError {
    /// It was extended before.
    #[error("the deadline was extended before; it can be extended once")]
    Again,
    /// More than the law allows, or nothing.
    #[error("a deadline is extended by one or two months")]
    Months,
    /// No reason, or a long one.
    #[error("an extension needs a reason of 1 to 500 bytes: the person must be told it")]
    Reason,
    /// The first month is over.
    #[error("the deadline has passed; an extension must be announced before it does")]
    TooLate,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    #[track_caller]
    fn check(received: &str, months: Option<u8>, last_day: &str) {
        let deadline = Deadline::of(at(received));
        let deadline = match months {
            Some(months) => deadline.extended(at(received), months, "many requests").expect("in time"),
            None => deadline,
        };
        assert_eq!(deadline.last_day(), last_day);
        let midnight = deadline.end();
        assert!(deadline.is_overdue(midnight));
        assert!(!deadline.is_overdue(Timestamp::from_millis(midnight.as_millis() - 1)));
    }

    #[test]
    fn a_month_ends_with_the_day_of_the_same_number_or_the_last() {
        check("2026-11-22T09:00:00Z", None, "2026-12-22");
        check("2026-11-22T23:59:59Z", None, "2026-12-22");
        check("2027-01-31T00:00:00Z", None, "2027-02-28");
        check("2028-01-31T00:00:00Z", None, "2028-02-29");
        check("2026-12-31T12:00:00Z", None, "2027-01-31");
    }

    #[test]
    fn an_extension_counts_from_the_day_of_receipt() {
        check("2026-11-30T09:00:00Z", Some(1), "2027-01-30");
        check("2026-11-30T09:00:00Z", Some(2), "2027-02-28");
    }

    #[test]
    fn an_extension_is_announced_once_in_time_and_with_a_reason() {
        let received = at("2026-11-22T09:00:00Z");
        let deadline = Deadline::of(received);
        assert_eq!(deadline.extended(received, 0, "why"), Err(ExtendError::Months));
        assert_eq!(deadline.extended(received, 3, "why"), Err(ExtendError::Months));
        assert_eq!(deadline.extended(received, 1, " "), Err(ExtendError::Reason));
        assert_eq!(deadline.extended(received, 1, &"x".repeat(501)), Err(ExtendError::Reason));
        assert_eq!(deadline.extended(at("2026-12-23T00:00:00Z"), 1, "why"), Err(ExtendError::TooLate));
        let extended = deadline.extended(at("2026-12-22T23:59:59Z"), 2, "why").expect("in time");
        assert_eq!(extended.extended(received, 1, "why"), Err(ExtendError::Again));
    }

    proptest! {
        #[test]
        fn a_deadline_is_28_to_32_days_away(millis in 0_i64..4_000_000_000_000) {
            let received = Timestamp::from_millis(millis);
            let days = Deadline::of(received).end().since(received).as_secs_f64() / 86_400.0;
            prop_assert!((28.0..=32.0).contains(&days), "{} days", days);
        }
    }
}
