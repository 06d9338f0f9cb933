package dev.cutover.planfile;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A secret as a plan may name it: {@code ${env:NAME}}, resolved only when it is used. */
final class SecretReference {
    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]{0,99})}");

    private SecretReference() {}

    /** The reference, when its variable is on the allow-list and set; never shows what else stood there. */
    static Optional<String> read(Value value, PlanFile.Context context) {
        Optional<String> text = value.text(1_000);
        if (text.isEmpty()) {
            return text;
        }
        Matcher match = REFERENCE.matcher(text.get());
        if (!match.matches()) {
            value.wrong(
                    "expected a reference such as \"${env:CLOUDFLARE_API_TOKEN}\"; what stands there is not"
                            + " shown because it may be a secret: remove it from the file, and renew it if it"
                            + " was shared");
            return Optional.empty();
        }
        String name = match.group(1);
        if (!context.allowedSecrets().contains(name)) {
            value.wrong(
                    "the variable "
                            + name
                            + " is not on the allow-list of secrets ("
                            + (context.allowedSecrets().isEmpty()
                                    ? "which is empty"
                                    : String.join(
                                            ", ",
                                            context.allowedSecrets().stream().sorted().toList()))
                            + "); an administrator adds it there");
            return Optional.empty();
        }
        if (!context.isSecretSet().test(name)) {
            value.wrong(
                    "the variable "
                            + name
                            + " is allowed but not set; set it where the controller runs");
            return Optional.empty();
        }
        return text;
    }
}
