/// The value that `share` (0 to 1) of `samples` do not exceed; 0 of none.
pub(crate) fn percentile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index: samples are few, and the share is between 0 and 1"
    )]
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).or(sorted.last()).copied().unwrap_or_default()
}

/// The middle value.
pub(crate) fn median(samples: &[f64]) -> f64 {
    percentile(samples, 0.5)
}

/// How often a sample of `slow` is larger than one of `fast`, a tie counting half: 0.5 where nobody could tell them
/// apart, 1 where anybody could (the area under the ROC curve, Mann and Whitney's U by the number of pairs).
pub(crate) fn separability(fast: &[f64], slow: &[f64]) -> f64 {
    let pairs = slow.iter().flat_map(|slow| fast.iter().map(move |fast| (slow, fast)));
    let wins = pairs.map(|(slow, fast)| match slow.total_cmp(fast) {
        std::cmp::Ordering::Less => 0.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Greater => 1.0,
    });
    wins.sum::<f64>() / (count(fast) * count(slow)).max(1.0)
}

/// How far from 0.5 the [`separability`] of two equal distributions may well be: three standard errors.
pub(crate) fn separability_noise(fast: usize, slow: usize) -> f64 {
    let (fast, slow) = (float(fast).max(1.0), float(slow).max(1.0));
    3.0 * ((fast + slow + 1.0) / (12.0 * fast * slow)).sqrt()
}

/// A count as a number to calculate with; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no bench counts that far")]
pub(crate) const fn float(count: usize) -> f64 {
    count as f64
}

fn count(samples: &[f64]) -> f64 {
    float(samples.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn a_percentile_is_a_sample_that_so_many_do_not_exceed() {
        let samples: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        check(percentile(&samples, 0.99), 99.0);
        check(percentile(&samples, 1.0), 100.0);
        check(percentile(&samples, 0.0), 1.0);
        check(median(&samples), 50.0);
        check(median(&[]), 0.0);
    }

    #[test]
    fn equal_samples_cannot_be_told_apart_and_shifted_ones_can() {
        check(separability(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 0.5);
        check(separability(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        check(separability(&[3.0, 4.0], &[1.0, 2.0]), 0.0);
        check(separability(&[], &[1.0]), 0.0);
    }

    #[test]
    fn more_samples_leave_less_to_noise() {
        assert!(separability_noise(200, 200) < separability_noise(40, 40));
        check(separability_noise(200, 200), 3.0 * (401.0_f64 / 480_000.0).sqrt());
    }
}
