//! One byte of a bundle is another one: it is found, or it changes nothing that is said.

use cpor::Bundle;

use super::story::story;
use super::{READERS, bundle, checked};
use crate::simulation::read_number;

/// How many bytes are changed in the bundle of each reader, unless CHANGES says otherwise.
const CHANGES: usize = 500;

/// Bytes that mean something in JSON, and one that is nothing in UTF-8.
const BYTES: [u8; 12] = [b'0', b'9', b'a', b'f', b'"', b'\\', b' ', b',', b'{', b'T', b'-', 0xff];

#[tokio::test]
async fn no_byte_of_a_bundle_is_changed_unnoticed() {
    let (stack, claim) = Box::pin(story()).await;
    let mut random = fastrand::Rng::with_seed(7);
    let many = read_number("CHANGES").unwrap_or(CHANGES);
    for reader in READERS {
        let text = bundle(&stack, &claim, reader).await;
        let (known, report) = (Bundle::read(&text).unwrap(), checked(&text));
        let (mut found, mut unreadable, mut same) = (0, 0, 0);
        for _ in 0..many {
            let at = random.usize(..text.len());
            let mut bytes = text.clone().into_bytes();
            let byte =
                if random.bool() { random.u8(..) } else { BYTES[random.usize(..BYTES.len())] };
            if bytes[at] == byte {
                continue;
            }
            bytes[at] = byte;
            let Ok(changed) = String::from_utf8(bytes) else {
                unreadable += 1;
                continue;
            };
            match cpor::verify(&changed) {
                Err(_) => unreadable += 1,
                Ok(report) if !report.verified => found += 1,
                Ok(other) => {
                    assert_eq!(Bundle::read(&changed).unwrap(), known, "byte {at} of {reader}");
                    assert_eq!(other, report);
                    same += 1;
                }
            }
        }
        assert!(found > many / 5 && unreadable > 0, "{reader}: {found} {unreadable} {same}");
    }
}
