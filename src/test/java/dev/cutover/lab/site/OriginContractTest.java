package dev.cutover.lab.site;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.site.LabCertificates.Identity;
import java.nio.file.Path;
import java.util.Map;

/** The lab's origin keeps the contract. */
class OriginContractTest extends OriginContract {

    @Override
    WebServer start(
            Path folder, Origin.Setup setup, Identity byDefault, Map<String, Identity> byName) {
        ServerNames names = new ServerNames(byDefault);
        byName.forEach(names::set);
        return new Origin(setup, names, CallTap.NONE);
    }
}
