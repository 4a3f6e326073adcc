//! Fixes that hang on what other files say.

use std::sync::atomic::AtomicUsize;

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::fix::{self, LeftAlone, Repaired};
use plimsoll::rule::Safety;

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
spec:
  serviceAccountName: app # its own
  containers:
    - name: app
      image: registry.example/app:1.4
";

/// The pod, as it is mended beside another file.
fn beside(other: &str, settings: &Settings, safety: Safety) -> String {
    let inputs = [("pod.yaml", POD), ("other.yaml", other)];
    let inputs = inputs.map(|(name, text)| Input::Text(name.into(), text.as_bytes().to_vec()));
    let repairs = fix::run(inputs.into(), settings, safety, &LeftAlone::default(), &AtomicUsize::new(0));
    assert!(repairs.dropped.is_empty(), "{:?}", repairs.dropped);
    match &repairs.inputs[0] {
        Repaired::Fixed(fixed) => fixed.text.clone(),
        Repaired::Same(_) => POD.to_owned(),
    }
}

#[test]
fn a_token_stays_where_another_file_shows_that_it_is_needed() {
    let settings = Settings::default().only("automount-service-account-token");
    let binding = |account: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: app, namespace: shop}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: app}}\n\
             subjects: [{{kind: ServiceAccount, name: {account}}}]\n"
        )
    };
    let mended = format!("{POD}  automountServiceAccountToken: false\n");
    assert_eq!(beside(&binding("other"), &settings, Safety::Unsafe), mended);
    assert_eq!(beside(&binding("app"), &settings, Safety::Unsafe), POD);
    assert_eq!(beside(&binding("other"), &settings, Safety::Safe), POD);
    let silent = settings.only("privileged");
    assert_eq!(beside(&binding("other"), &silent, Safety::Unsafe), POD);
}
