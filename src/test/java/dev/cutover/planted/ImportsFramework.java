package dev.cutover.planted;

import jakarta.enterprise.context.ApplicationScoped;

@ApplicationScoped
class ImportsFramework {}
