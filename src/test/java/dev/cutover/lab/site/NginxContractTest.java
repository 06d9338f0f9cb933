package dev.cutover.lab.site;

import dev.cutover.lab.peer.NginxOrigin;
import dev.cutover.lab.peer.PeerProgram;
import dev.cutover.lab.site.LabCertificates.Identity;
import dev.cutover.peer.Peers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** nginx with the lab's configuration keeps the contract. */
class NginxContractTest extends OriginContract {

    @Override
    WebServer start(
            Path folder, Origin.Setup setup, Identity byDefault, Map<String, Identity> byName)
            throws IOException {
        for (PeerProgram program : List.of(PeerProgram.NGINX, PeerProgram.SETPRIV)) {
            Peers.need(program.path(), program.word(), program.debianPackage());
        }
        return NginxOrigin.start(
                Peers.reachable(folder), setup, byDefault, byName, SiteContent.redirects());
    }
}
