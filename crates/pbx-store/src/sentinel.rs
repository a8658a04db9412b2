use crate::trail::Tip;

/// What was acknowledged last, kept in sled beside the rows it vouches for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sentinel {
    /// How far the trail reaches.
    pub(crate) tip: Tip,
    /// The number of the group, counted over the store's life.
    pub(crate) group: u64,
    /// The sequence of the group's last batch.
    pub(crate) sequence: u64,
}

impl Sentinel {
    pub(crate) fn encode(self) -> Vec<u8> {
        [self.tip.segment, self.tip.bytes, self.group, self.sequence].map(u64::to_be_bytes).concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (numbers, []) = bytes.as_chunks::<8>() else { return None };
        let [segment, bytes, group, sequence] = *numbers else { return None };
        Some(Self {
            tip: Tip { segment: u64::from_be_bytes(segment), bytes: u64::from_be_bytes(bytes) },
            group: u64::from_be_bytes(group),
            sequence: u64::from_be_bytes(sequence),
        })
    }
}
