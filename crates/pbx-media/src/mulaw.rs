//! µ-law, as ITU-T G.711 has it: 14-bit samples in eight bits, finer where the sound is softer.

/// The eight bits that stand for `sample`.
///
/// G.711 speaks of 14-bit samples; a 16-bit one has two bits more, which are dropped with the rest.
pub(crate) fn encode(sample: i16) -> u8 {
    let magnitude = sample.unsigned_abs().min(CLIP) + BIAS;
    // The bias makes bit 7 or a higher one the top bit; which one it is, is the segment.
    let segment = 8 - magnitude.leading_zeros();
    let step = (magnitude >> (segment + 3)).to_le_bytes()[0] & 0x0F;
    let sign = if sample < 0 { 0x80 } else { 0 };
    // On the line every bit is inverted, so that silence is no run of zeros.
    !(sign | segment.to_le_bytes()[0] << 4 | step)
}

/// The sample in the middle of the step that `byte` stands for.
pub(crate) fn decode(byte: u8) -> i16 {
    let byte = !byte;
    let (segment, step) = ((byte >> 4) & 0x07, i16::from(byte & 0x0F));
    let magnitude = (((step << 3) + BIAS.cast_signed()) << segment) - BIAS.cast_signed();
    if byte & 0x80 == 0 { magnitude } else { -magnitude }
}

/// What is added so that every segment begins at a power of two.
const BIAS: u16 = 0x84;

/// The loudest sample that has a code.
const CLIP: u16 = 32_635;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_are_those_of_the_standard() {
        for (sample, byte) in [
            (0, 0xFF),
            (8, 0xFE),
            (-8, 0x7E),
            (32_635, 0x80),
            (i16::MAX, 0x80),
            (-32_635, 0x00),
            (i16::MIN, 0x00),
        ] {
            assert_eq!(encode(sample), byte, "{sample}");
        }
        for (byte, sample) in [(0xFF, 0), (0x80, 32_124), (0x00, -32_124), (0xFE, 8), (0x7E, -8)] {
            assert_eq!(decode(byte), sample, "{byte:#x}");
        }
    }

    #[test]
    fn every_code_stands_for_itself_but_the_second_zero() {
        for byte in 0..=u8::MAX {
            let expected = if byte == 0x7F { 0xFF } else { byte };
            assert_eq!(encode(decode(byte)), expected, "{byte:#x}");
        }
    }

    #[test]
    fn no_sample_is_off_by_more_than_half_a_step() {
        for sample in i16::MIN..=i16::MAX {
            let off = i32::from(decode(encode(sample))).abs_diff(i32::from(sample));
            let step_half = (u32::from(sample.unsigned_abs()) + u32::from(BIAS)) / 32;
            // Beyond the loudest code there is none that is nearer.
            let clipped = u32::from(sample.unsigned_abs().saturating_sub(CLIP));
            assert!(off <= step_half.max(4) + clipped, "{sample} is off by {off}");
        }
    }
}
