use crate::people::Subject;

/// A telephone number that rings nobody.
///
/// It is from a range that a regulator keeps for fiction, or, where those are used up, below +999, which the ITU has
/// assigned to no country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber {
    /// The country's calling code.
    country: u16,
    /// What callers within the country dial first.
    trunk: &'static str,
    /// The rest; no plan used here has numbers that begin with zero.
    rest: u64,
}

impl PhoneNumber {
    /// As ITU-T E.164 writes it: `+447700900123`.
    pub fn international(&self) -> String {
        format!("+{}{}", self.country, self.rest)
    }

    /// As one dials it from abroad in most of Europe: `00447700900123`.
    pub fn from_abroad(&self) -> String {
        format!("00{}{}", self.country, self.rest)
    }

    /// As one dials it within the country: `07700900123`.
    pub fn national(&self) -> String {
        format!("{}{}", self.trunk, self.rest)
    }

    /// The number of `subject`. Different ones of a site have different numbers; `turn` makes sites differ.
    pub(crate) fn of(subject: Subject, turn: u64) -> Self {
        match subject {
            Subject::Person(index) => {
                let country = COUNTRIES[index as usize % COUNTRIES.len()];
                let rank = u64::from(index) / COUNTRIES.len() as u64;
                nth(country, rank, turn).or_else(|| nth(RESERVE, index.into(), turn))
            }
            Subject::Outsider(index) => nth(LANDLINES, index.into(), turn),
            Subject::Administrator(index) => nth(OFFICES, index.into(), turn),
        }
        .unwrap_or(Self { country: 999, trunk: "", rest: beyond(subject) })
    }
}

/// The `rank`th number of `ranges`, counted from `turn` and round; nothing where all have gone.
fn nth(ranges: &[Range], rank: u64, turn: u64) -> Option<PhoneNumber> {
    let total: u64 = ranges.iter().map(|it| it.count).sum();
    let mut left = (rank < total).then(|| (rank + turn % total) % total)?;
    for range in ranges {
        if left < range.count {
            let &Range { country, trunk, first, .. } = range;
            return Some(PhoneNumber { country, trunk, rest: first + left });
        }
        left -= range.count;
    }
    None
}

/// Eleven digits that differ for every subject and are of no country.
fn beyond(subject: Subject) -> u64 {
    let (first, index) = match subject {
        Subject::Person(index) => (1, index),
        Subject::Outsider(index) => (2, index),
        Subject::Administrator(index) => (3, index),
    };
    first * 10_000_000_000 + u64::from(index)
}

/// Numbers one after another.
struct Range {
    country: u16,
    trunk: &'static str,
    first: u64,
    count: u64,
}

const fn range(country: u16, trunk: &'static str, first: u64, count: u64) -> Range {
    Range { country, trunk, first, count }
}

/// Mobile numbers of the countries where people live, in the order of [`crate::place::COUNTRIES`].
const COUNTRIES: [&[Range]; 4] = [UNITED_KINGDOM, SWEDEN, FRANCE, UNITED_STATES];

/// Ofcom, numbers for drama: 07700 900000 to 900999.
const UNITED_KINGDOM: &[Range] = &[range(44, "0", 7_700_900_000, 1_000)];

/// PTS, numbers for books and films: 070-174 06 05 to 99.
const SWEDEN: &[Range] = &[range(46, "0", 701_740_605, 95)];

/// Arcep, numbering plan, numbers for audiovisual works: 06 39 98 00 00 to 99 99.
const FRANCE: &[Range] = &[range(33, "0", 639_980_000, 10_000)];

/// NANPA: 555-0100 to 555-0199 are fictitious in every area code; here those of ten.
#[rustfmt::skip]
const UNITED_STATES: &[Range] = &[
    range(1, "", 2_065_550_100, 100), range(1, "", 2_125_550_100, 100), range(1, "", 3_035_550_100, 100),
    range(1, "", 3_125_550_100, 100), range(1, "", 4_045_550_100, 100), range(1, "", 5_035_550_100, 100),
    range(1, "", 6_025_550_100, 100), range(1, "", 6_175_550_100, 100), range(1, "", 7_135_550_100, 100),
    range(1, "", 8_085_550_100, 100),
];

/// `ComReg`, numbering conditions, numbers for drama: 020 91x xxxx. Whoever finds a country's mobile numbers used up
/// gets one of these.
const RESERVE: &[Range] = &[range(353, "0", 209_100_000, 100_000)];

/// Landline numbers for fiction: Ofcom's 01632 960xxx and 020 7946 0xxx, Arcep's five regions, ACMA's four.
#[rustfmt::skip]
const LANDLINES: &[Range] = &[
    range(44, "0", 1_632_960_000, 1_000), range(44, "0", 2_079_460_000, 1_000),
    range(33, "0", 199_000_000, 10_000), range(33, "0", 261_910_000, 10_000), range(33, "0", 353_010_000, 10_000),
    range(33, "0", 465_710_000, 10_000), range(33, "0", 536_490_000, 10_000),
    range(61, "0", 255_500_000, 10_000), range(61, "0", 270_100_000, 10_000), range(61, "0", 355_500_000, 10_000),
    range(61, "0", 370_100_000, 10_000), range(61, "0", 755_500_000, 10_000), range(61, "0", 770_100_000, 10_000),
    range(61, "0", 855_500_000, 10_000), range(61, "0", 870_100_000, 10_000),
];

/// Ofcom, numbers for drama: 0113 496 0000 to 0999.
const OFFICES: &[Range] = &[range(44, "0", 1_134_960_000, 1_000)];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_number_has_three_forms() {
        let number = PhoneNumber::of(Subject::Person(0), 123);
        assert_eq!(number.international(), "+447700900123");
        assert_eq!(number.from_abroad(), "00447700900123");
        assert_eq!(number.national(), "07700900123");
        assert_eq!(PhoneNumber::of(Subject::Person(3), 0).national(), "2065550100");
    }

    #[test]
    fn two_hundred_thousand_people_have_different_numbers() {
        for turn in [0, 94, 7_777_777_777_777] {
            let subjects = (0..200_000)
                .map(Subject::Person)
                .chain((0..140_000).map(Subject::Outsider))
                .chain((0..2_000).map(Subject::Administrator));
            let numbers: BTreeSet<_> = subjects.map(|it| PhoneNumber::of(it, turn).international()).collect();
            assert_eq!(numbers.len(), 342_000, "{turn}");
            assert!(numbers.iter().all(|it| it.len() <= 16), "E.164 has 15 digits");
        }
    }
}
