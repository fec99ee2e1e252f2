import { Module } from "@nestjs/common";
import { AuthGuard } from "./auth.guard.js";
import { OrdersController } from "./orders.controller.js";
import { StockService } from "./stock.service.js";

@Module({ controllers: [OrdersController], providers: [AuthGuard, StockService] })
export class AppModule {}
