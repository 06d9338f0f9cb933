package dev.cutover.lab.site;

import dev.cutover.lab.site.LabCertificates.Identity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate one server presents for which name; can be changed while it serves.
 *
 * <p>A name asked for by SNI is looked up as it is, then as a wildcard one label up, then the
 * default is presented, as common servers do. Source: RFC 6066 section 3. Safe for many threads.
 */
public final class ServerNames {

    private static final String DEFAULT = "";

    private final Map<String, Identity> byName = new ConcurrentHashMap<>();

    /** Names that all get this certificate until another is set. */
    public ServerNames(Identity byDefault) {
        byName.put(DEFAULT, byDefault);
    }

    /** From now on this name is answered with this certificate. */
    public ServerNames set(String name, Identity identity) {
        byName.put(name.toLowerCase(Locale.ROOT), identity);
        return this;
    }

    /** A key manager that always presents what is set at the time of the handshake. */
    public X509ExtendedKeyManager keyManager() {
        return new Chooser();
    }

    private String chosen(String asked) {
        if (byName.containsKey(asked)) {
            return asked;
        }
        var dot = asked.indexOf('.');
        var wildcard = dot < 0 ? DEFAULT : "*" + asked.substring(dot);
        return byName.containsKey(wildcard) ? wildcard : DEFAULT;
    }

    private final class Chooser extends X509ExtendedKeyManager {

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            if (!keyType.startsWith("EC")) {
                return null;
            }
            if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
                for (var name : session.getRequestedServerNames()) {
                    if (name instanceof SNIHostName host) {
                        return chosen(host.getAsciiName().toLowerCase(Locale.ROOT));
                    }
                }
            }
            return DEFAULT;
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            var identity = byName.get(alias);
            return identity == null ? null : new X509Certificate[] {identity.certificate()};
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            var identity = byName.get(alias);
            return identity == null ? null : identity.key();
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }
}
